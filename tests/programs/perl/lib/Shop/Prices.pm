package Shop::Prices;
our $WORD = 'module-1';
1;
