"""The clinic wall: what several boards show now, on one page, and a word to each of them."""
