# Tables of runs on the command line: where they are read, what reports they may name, what is said of them.
load helper

setup_rule() {
  cat > r.lua <<'END'
return { api = 1, name = "r", needs = { "runs", "files" },
  score = function(m, _, t) return t:metric "runs[1].report.e2e_model.latency_ms_avg" end,
  console = function(r) return nkb.fmt.repr(r.score) .. " " .. tostring(r.m.runs[1].report.accuracy) .. "\n" end }
END
  mkdir reports
  echo '{ "e2e_model": { "latency_ms_avg": 12.5, "throughput": 51200 } }' > reports/a.json
  printf 'name,report\nx,reports/a.json\n' > runs.csv
  : > nkibench.yaml
}

@test "a report of the table stands in its row, and its accuracy is not assumed" {
  setup_rule
  transcript <<'END'
$ nkibench ./r.lua --matrix runs.csv
12.5 nil
$ nkibench metrics runs --matrix runs.csv | grep -v ' absent '
runs[1].name                              x               runs.csv: line 2, name
runs[1].report.e2e_model.latency_ms_avg   12.5 ms         reports/a.json: e2e_model.latency_ms_avg
runs[1].report.e2e_model.throughput       51200 tokens/s  reports/a.json: e2e_model.throughput
$ nkibench metrics runs --matrix runs.csv | grep accuracy
runs[1].report.accuracy                   absent          reports/a.json: no 'accuracy'
runs[1].report.accuracy_source            absent          reports/a.json: no 'accuracy'
$ mkdir elsewhere; cp -r runs.csv reports elsewhere; nkibench ./r.lua --matrix elsewhere/runs.csv
12.5 nil
$ cat runs.csv | nkibench ./r.lua --matrix -
12.5 nil
END
}

@test "a table names no report outside of its folder" {
  setup_rule
  echo '{ "e2e_model": { "latency_ms_avg": 1.0, "throughput": 1 } }' > outside.json
  mkdir inside
  printf 'name,report\nx,../outside.json\n' > inside/up.csv
  printf 'name,report\nx,a/../../outside.json\n' > inside/detour.csv
  printf 'name,report\nx,%s/outside.json\n' "$PWD" > inside/absolute.csv
  printf '[{ "report": "a\\u0000b" }]' > inside/nul.json
  transcript <<'END'
$ nkibench ./r.lua --matrix inside/up.csv
! nkibench: inside/up.csv:2:3: 'report' of row 1 is "../outside.json"; a path below the table's folder is expected
? 1
$ nkibench ./r.lua --matrix inside/detour.csv
! nkibench: inside/detour.csv:2:3: 'report' of row 1 is "a/../../outside.json"; a path below the table's folder is expected
? 1
$ nkibench ./r.lua --matrix inside/absolute.csv
! nkibench: inside/absolute.csv:2:3: 'report' of row 1 is "/<*>"; a path below the table's folder is expected
? 1
$ nkibench ./r.lua --matrix inside/nul.json
! nkibench: inside/nul.json: 'report' of row 1 is "a\x00b"; a path below the table's folder is expected
? 1
END
}

@test "a report is a file below the table's folder, wherever links lead, and never a pipe" {
  setup_rule
  echo 'root:x:0' > secret
  mkdir inside inside/folder
  ln -s ../secret inside/link.json
  ln -s .. inside/above
  ln -s folder/real.json inside/near.json
  mkfifo inside/fifo.json
  cp reports/a.json inside/folder/real.json
  cp reports/a.json ./-
  for name in link.json above/secret fifo.json folder near.json gone.json -; do
    printf 'name,report\nx,%s\n' "$name" > "inside/${name%%[./]*}.csv"
  done
  cp inside/-.csv dash.csv
  transcript <<'END'
$ nkibench ./r.lua --matrix inside/link.csv
! nkibench: inside/link.csv:2:3: 'report' of row 1, "link.json", leads out of the table's folder; a file below it is expected
? 1
$ nkibench ./r.lua --matrix inside/above.csv
! nkibench: inside/above.csv:2:3: 'report' of row 1, "above/secret", leads out of the table's folder; a file below it is expected
? 1
$ cd inside; timeout 10 nkibench ../r.lua --no-settings --matrix link.csv
! nkibench: link.csv:2:3: 'report' of row 1, "link.json", leads out of the table's folder; a file below it is expected
? 1
$ timeout 10 nkibench ./r.lua --matrix inside/fifo.csv
! nkibench: inside/fifo.csv:2:3: 'report' of row 1, "fifo.json", is no regular file; a JSON file is expected
? 1
$ nkibench ./r.lua --matrix inside/folder.csv
! nkibench: inside/folder.csv:2:3: 'report' of row 1, "folder", is no regular file; a JSON file is expected
? 1
$ nkibench ./r.lua --matrix inside/near.csv
12.5 nil
$ nkibench ./r.lua --matrix inside/gone.csv
! nkibench: inside/gone.json: no such file (--matrix)
? 1
$ nkibench ./r.lua --matrix dash.csv < reports/a.json
! nkibench: dash.csv:2:3: 'report' of row 1 is "-"; a path below the table's folder is expected
? 1
$ nkibench ./r.lua --matrix inside/-.csv < reports/a.json
! nkibench: inside/-.csv:2:3: 'report' of row 1 is "-"; a path below the table's folder is expected
? 1
END
}

@test "what is wrong with a report is said with its name" {
  setup_rule
  printf 'name,report\nx,nowhere.json\n' > none.csv
  printf 'name,report\nx,5\n' > number.csv
  echo '{ "e2e_model": { "latency_ms_avg": 0 } }' > reports/zero.json
  printf 'name,report\nx,reports/zero.json\n' > zero.csv
  : > reports/empty.json
  printf 'name,report\nx,reports/empty.json\n' > empty.csv
  transcript <<'END'
$ nkibench ./r.lua --matrix none.csv
! nkibench: nowhere.json: no such file (--matrix)
? 1
$ nkibench ./r.lua --matrix number.csv
! nkibench: number.csv:2:3: 'report' of row 1 is an integer; the path of a JSON file is expected
? 1
$ nkibench ./r.lua --matrix zero.csv
! nkibench: reports/zero.json: 'e2e_model.latency_ms_avg' is 0; a number above 0 is expected
? 1
$ nkibench ./r.lua --matrix empty.csv
! nkibench: reports/empty.json: is empty; JSON is expected
? 1
END
}

@test "a report that stands in the table is looked at like one in a file" {
  setup_rule
  echo '[{ "report": { "e2e_model": { "latency_ms_avg": 2.5, "throughput": 1024000 } } }]' > good.json
  echo '[{ "report": { "e2e_model": { "latency_ms_avg": -2.5, "throughput": 1024000 } } }]' > negative.json
  echo '[{ "report": { "figures": 1 } }]' > other.json
  transcript <<'END'
$ nkibench ./r.lua --matrix good.json
2.5 nil
$ nkibench ./r.lua --matrix negative.json
! nkibench: negative.json: report of row 1: 'e2e_model.latency_ms_avg' is -2.5; a number above 0 is expected
? 1
$ nkibench ./r.lua --matrix other.json
! nkibench: other.json: report of row 1: <*>
? 1
END
}

@test "a table is asked for where a rule needs one, and said to be unread where it does not" {
  setup_rule
  transcript <<'END'
$ nkibench ./r.lua
! nkibench: no table of runs: give --matrix FILE
? 1
$ nkibench ./r.lua --matrix nowhere.csv
! nkibench: no table of runs: nowhere.csv does not exist (--matrix)
? 1
$ nkibench ./r.lua --matrix runs.csv --dry-run | grep matrix
  --matrix  needed  --matrix  runs.csv (29 B)
$ sed 's/"runs", //; s/runs.1..report.*avg"/files[1].bytes"/; s/ .. " " .. .*n"/ .. "\\n"/' r.lua > other.lua
$ nkibench ./other.lua --matrix runs.csv 2>&1 | head -1
nkibench: warning: --matrix is not read: the rule does not name 'runs' in its needs
END
}

@test "no output goes over a report that the table names" {
  setup_rule
  transcript <<'END'
$ nkibench ./r.lua --matrix runs.csv --output reports/a.json
! nkibench: reports/a.json: --output would overwrite a report that --matrix names
! nkibench: see nkibench --help
? 2
END
}

@test "a report that lies where reports lie is no run of a table" {
  setup_rule
  echo '{ "e2e_model": { "latency_ms_avg": 1.0, "throughput": 1 } }' > benchmark_inference.json
  cat > r.lua <<'END'
return { api = 1, name = "r", needs = { "runs?", "inference?" },
  score = function(m) return m.runs and #m.runs or 0 end,
  console = function(r) return tostring(r.m.inference) .. " " .. (r.m:why "inference" or "") .. "\n" end }
END
  transcript <<'END'
$ nkibench ./r.lua --matrix runs.csv
nil the runs are those of --matrix
END
}
