-- Steps of a job that only the worker who has it may take; another may have taken it over in the meantime.
-- KEYS: job stream. ARGV: verb, group, worker, then the entry's id, or for sweep the idle time in milliseconds.
-- heartbeat, complete -> 1, or 0 if the job is no longer this worker's. sweep -> how many dead consumers were deleted.

local verb, group, worker = ARGV[1], ARGV[2], ARGV[3]

if verb == 'sweep' then
  local deleted = 0
  for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], group)) do
    local consumer = {}
    for number = 1, #row, 2 do
      consumer[row[number]] = row[number + 1]
    end
    -- A consumer with pending entries must stay: they would be lost with it.
    if consumer.name ~= worker and consumer.pending == 0 and consumer.idle > tonumber(ARGV[4]) then
      redis.call('XGROUP', 'DELCONSUMER', KEYS[1], group, consumer.name)
      deleted = deleted + 1
    end
  end
  return deleted
end

local id = ARGV[4]
local pending = redis.call('XPENDING', KEYS[1], group, id, id, 1)
if #pending == 0 or pending[1][2] ~= worker then
  return 0
end
if verb == 'heartbeat' then
  redis.call('XCLAIM', KEYS[1], group, worker, 0, id, 'JUSTID')
  return 1
end
redis.call('XACK', KEYS[1], group, id)
redis.call('XDEL', KEYS[1], id)
return 1
