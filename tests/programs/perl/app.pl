# Prints a word from each of its files, then stays until its stdin ends.
use strict;
use warnings;
use lib 'lib';
use Shop::Prices;

$| = 1;
open my $menu, '<', 'data/menu.txt' or die "data/menu.txt: $!";
chomp(my $word = <$menu>);
print "entry-1 $Shop::Prices::WORD $word\n";
1 while <STDIN>;
