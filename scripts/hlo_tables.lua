-- nkibench hlo --by: one table a dimension. Takes {tables = {…}}.
local hlo_table = require "hlo_table"

return function(argument)
  local pages = {}
  for i, t in ipairs(argument.tables) do pages[i] = table.concat(hlo_table.page(t), "\n") .. "\n" end
  return table.concat(pages, "\n")
end
