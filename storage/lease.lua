-- Who may work on a subject. The token grows with every lease given out, so work under an older one can be told apart.
-- KEYS: lease, last token given out. ARGV: verb, owner, token, time to live in milliseconds.
-- acquire -> token, or 0 while anybody holds the lease; renew, release -> 1, or 0 if the lease is not the caller's.

local verb, owner, token, ttl_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local held = redis.call('HMGET', KEYS[1], 'owner', 'token')

if verb == 'acquire' then
  if held[1] then
    return 0
  end
  local fresh = redis.call('INCR', KEYS[2])
  redis.call('HSET', KEYS[1], 'owner', owner, 'token', fresh)
  redis.call('PEXPIRE', KEYS[1], ttl_ms)
  return fresh
end

if held[1] ~= owner or held[2] ~= token then
  return 0
end
if verb == 'renew' then
  return redis.call('PEXPIRE', KEYS[1], ttl_ms)
end
return redis.call('DEL', KEYS[1])
