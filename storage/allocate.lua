-- Gives a holder the lowest free number of a pool. KEYS: number by holder (hash), numbers taken (sorted set).
-- ARGV: holder, first, last, then numbers to leave out. Answers the number, or -1 if none is free.

local held = redis.call('HGET', KEYS[1], ARGV[1])
if held then
  return tonumber(held)
end

local unavailable = {}
for _, taken in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[2], ARGV[3])) do
  unavailable[tonumber(taken)] = true
end
for position = 4, #ARGV do
  unavailable[tonumber(ARGV[position])] = true
end

for number = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  if not unavailable[number] then
    redis.call('HSET', KEYS[1], ARGV[1], number)
    redis.call('ZADD', KEYS[2], number, number)
    return number
  end
end
return -1
