plain = 1
