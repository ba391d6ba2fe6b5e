module Prices
  WORD = "module-1"
end
