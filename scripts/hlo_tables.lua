-- nkibench hlo --by: one table a dimension. Takes {hlo = m.hlo, tables = {…}}.
local hlo_table = require "hlo_table"

return function(argument)
  local pages, executed = {}, argument.hlo.executed
  for i, t in ipairs(argument.tables) do pages[i] = table.concat(hlo_table.page(t), "\n") .. "\n" end
  local unknown = argument.tables[1].count == "executed" and executed and executed.unknown_trip_counts or 0
  if unknown > 0 then pages[#pages] = pages[#pages] .. hlo_table.unknown_loops(unknown) .. "\n" end
  return table.concat(pages, "\n")
end
