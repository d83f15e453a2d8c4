-- Carries out one change of state: checks everything first, then writes everything. All keys lie in one slot.
-- KEYS: creation sequence of the partition, stored answer, lease, event stream, job stream.
-- ARGV: see _arguments() in records.py; lists start with their length.
-- Answers {status, ...}: done | replayed answer | reused | mismatch kind id expected found | lease_lost.

local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local function take_list(read_one)
  local list = {}
  for number = 1, tonumber(take()) do
    list[number] = read_one()
  end
  return list
end

local function take_guard()
  return { key = take(), kind = take(), id = take(), expected = tonumber(take()) }
end

local function take_put()
  local put = take_guard()
  put.listing, put.partition_listing, put.member, put.body = take(), take(), take(), take()
  put.indexes = take_list(take)
  return put
end

local function take_job()
  return { account = take(), kind = take(), subject = take() }
end

local has_request, fingerprint, answer, answer_ttl_ms = take() == '1', take(), take(), take()
local partition = tonumber(take())
local lease_owner, lease_token = take(), take()
local events_kept = take()
local guards = take_list(take_guard)
local puts = take_list(take_put)
local events = take_list(take)
local jobs = take_list(take_job)

if has_request then
  local stored = redis.call('HMGET', KEYS[2], 'fingerprint', 'answer')
  if stored[1] then
    if stored[1] == fingerprint then
      return { 'replayed', stored[2] }
    end
    return { 'reused' }
  end
end

if lease_owner ~= '' then
  local held = redis.call('HMGET', KEYS[3], 'owner', 'token')
  if held[1] ~= lease_owner or held[2] ~= lease_token then
    return { 'lease_lost' }
  end
end

for _, list in ipairs({ guards, puts }) do
  for _, one in ipairs(list) do
    local found = tonumber(redis.call('HGET', one.key, 'version') or '0')
    if found ~= one.expected then
      return { 'mismatch', one.kind, one.id, one.expected, found }
    end
  end
end

-- Microseconds of creation, made to grow within the partition and to differ between partitions (17 of them), so that
-- listings of all partitions merge into one order without ties.
local function next_sequence()
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
  local last = tonumber(redis.call('GET', KEYS[1]) or '0')
  local number = math.max(now, last + 1)
  number = number + (partition - number) % 17
  local text = string.format('%.0f', number)
  redis.call('SET', KEYS[1], text)
  return text
end

local function set_of(list)
  local set = {}
  for _, name in ipairs(list) do
    set[name] = true
  end
  return set
end

for _, put in ipairs(puts) do
  local stored = redis.call('HMGET', put.key, 'sequence', 'indexes')
  local sequence, before = stored[1], {}
  if sequence then
    for name in string.gmatch(stored[2], '[^\n]+') do
      before[name] = true
    end
  else
    sequence = next_sequence()
    redis.call('ZADD', put.listing, sequence, put.id)
    redis.call('ZADD', put.partition_listing, sequence, put.member)
  end
  local after = set_of(put.indexes)
  for name in pairs(before) do
    if not after[name] then
      redis.call('ZREM', put.listing .. ':' .. name, put.id)
      redis.call('ZREM', put.partition_listing .. ':' .. name, put.member)
    end
  end
  for name in pairs(after) do
    if not before[name] then
      redis.call('ZADD', put.listing .. ':' .. name, sequence, put.id)
      redis.call('ZADD', put.partition_listing .. ':' .. name, sequence, put.member)
    end
  end
  redis.call('HSET', put.key, 'version', string.format('%d', put.expected + 1), 'body', put.body,
    'sequence', sequence, 'indexes', table.concat(put.indexes, '\n'))
end

for _, body in ipairs(events) do
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', events_kept, '*', 'body', body)
end
for _, job in ipairs(jobs) do
  redis.call('XADD', KEYS[5], '*', 'account', job.account, 'kind', job.kind, 'subject', job.subject)
end
if has_request then
  redis.call('HSET', KEYS[2], 'fingerprint', fingerprint, 'answer', answer)
  redis.call('PEXPIRE', KEYS[2], answer_ttl_ms)
end
return { 'done' }
