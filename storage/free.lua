-- Takes a holder's number back into the pool. KEYS and first argument as in allocate.lua. Answers 1, or 0 if it held none.

local held = redis.call('HGET', KEYS[1], ARGV[1])
if not held then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], held)
return 1
