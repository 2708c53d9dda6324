local what = "broken on purpose"
error(what)
