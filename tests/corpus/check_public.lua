-- Every public log, YAML, config, inference report, lm-eval result, prompt table and HLO file: read, or refused in
-- one line with a reason that is right (refusals.lua names each). Prints the tally.
local lib = require "lib"
local refusals = require "refusals"

local kinds = {
  { "logs", "%.log$", "log %s" },
  { "yaml", "%.yaml$", "metrics config --config %s" },
  { "model_configs", "%.json$", "metrics model --model-config %s" },
  { "inference", "%.[jlt][sox][ogt]n?$", "metrics inference --inference-results %s" },
  { "lm_eval", "%.json$", "metrics reasoning --reasoning-results %s" },
  { "scores", "prompt_data", "metrics prompts --prompts %s" },
  { "hlo_text", "%.hlo$", "hlo %s" },
  { "hlo_pb", ".", "hlo %s" },
}

for _, kind in ipairs(kinds) do
  local folder, pattern, command = kind[1], kind[2], kind[3]
  local read, refused = 0, 0
  local list = io.popen("ls " .. lib.quote(lib.corpus .. "/public/" .. folder))
  for name in list:lines() do
    if name:find(pattern) then
      local problems = {}
      local code, out, err = lib.run(lib.corpus .. "/public/" .. folder,
        ("%s %s --no-settings"):format(lib.nkibench, command:format(lib.quote(name))))
      local reason = refusals[folder .. "/" .. name]
      if code == 0 then
        read = read + 1
        if reason then problems[1] = "read, but it should be refused: " .. reason end
        if #out == 0 then problems[#problems + 1] = "nothing on stdout" end
      else
        refused = refused + 1
        local _, lines = err:gsub("\n", "")
        if not reason then problems[1] = ("exit %d: %s"):format(code, err) end
        if reason and not err:find(reason) then problems[#problems + 1] = "not the right reason: " .. err end
        if code ~= 1 or lines ~= 1 then problems[#problems + 1] = ("exit %d with %d lines: %s"):format(code, lines, err) end
      end
      lib.check("public/" .. folder .. "/" .. name, problems)
    end
  end
  list:close()
  print(("public %s: %d read, %d refused"):format(folder, read, refused))
end
lib.finish "public files"
