# Caches as others leave them: hostile names, things that are no files, very many files.
load helper

# What JSON says of the modules' paths, one a line in Lua's notation.
paths() { "$LUA" -e 'for _, m in ipairs(require "cjson".decode(io.read "a").modules) do print(("%q"):format(m.path)) end'; }

@test "hostile names are counted, quoted in JSON and harmless in tables" {
  local file long
  file=$(echo cache/*/*/model.hlo_module.pb)
  long=$(printf '%0251d.hlo' 1)
  mkdir odd
  cp "$file" $'odd/new\nline.hlo'
  cp "$file" $'odd/esc\e[31m.hlo'
  cp "$file" $'odd/byte\xff.hlo'
  cp "$file" odd/héé—.hlo
  cp "$file" 'odd/a"b\c%s$(x).hlo'
  cp "$file" "odd/$long"
  cp "$file" 'odd/-rf.hlo'
  cp "$file" 'odd/.hlo'
  nkibench hlo odd --json 2> talk > odd.json
  paths < odd.json > shown.txt
  cat > expected.txt <<END
"odd/-rf.hlo"
"odd/.hlo"
"odd/$long"
"odd/a\\"b\\\\c%s\$(x).hlo"
"odd/byte�.hlo"
"odd/esc\\27[31m.hlo"
"odd/héé—.hlo"
"odd/new\\
line.hlo"
END
  diff expected.txt shown.txt
  is odd.json files 8 failed 0 static.macs $((8 * 99483648))
  nkibench hlo odd 2>&1 | LC_ALL=C grep -q $'[\e]' && return 1
  [ "$(nkibench hlo odd 2> talk | grep -c 'hlo  .*99.48 M')" = 8 ] || [ "$(nkibench hlo odd 2> talk | grep -c '99.48 M')" = 8 ]
  nkibench hlo odd --lua > odd.lua 2> talk
  "$LUA" -e 'local t = dofile "odd.lua" assert(t.modules[8].path == "odd/new\nline.hlo") assert(t.modules[5].path == "odd/byte\xff.hlo")'
  nkibench --compile-dir odd --detailed --print-per-file > console.txt 2> talk
  [ "$(grep -c '99,483,648' console.txt)" = 8 ]
  is benchmark_finetuning.json 'nki_analysis.per_file_metrics[8].file_name' $'new\nline.hlo'
}

@test "what is no file, or cannot be read, is counted as failed and stops nothing" {
  mkfifo cache/pipe.hlo
  mkdir cache/folder.hlo
  ln -s nowhere cache/broken.hlo
  ln -s circle.hlo cache/circle.hlo
  ln -s /dev/zero cache/zero.hlo
  printf 'x' > cache/closed.hlo && chmod 000 cache/closed.hlo
  transcript <<'END'
$ timeout 10 nkibench | grep SCORE:
🏆 FINAL NKI-LLAMA SCORE: 14.6593
! nkibench: warning: 6 of 7 HLO files cannot be read and count nothing: cache/broken.hlo: is a broken link; a file is expected (nkibench hlo lists all)
$ timeout 10 nkibench hlo cache --quiet | grep '!'
    ! not read: is a broken link; a file is expected
    ! not read: is a broken link; a file is expected
    ! not read: <*>
    ! not read: is a directory; a file is expected
    ! not read: is a named pipe; a file is expected
    ! not read: is a char device; a file is expected
END
  is benchmark_finetuning.json nki_analysis.summary.failed_analyses 6
}

@test "a link to a file counts, one to a folder is not followed" {
  mkdir sub
  ln -s ../cache/neuronxcc-2.20.9961.0+0acef03a/MODULE_4827163950172635480+e30acd3a/model.hlo_module.pb sub/link.hlo
  ln -s .. sub/up
  ln -s ../cache sub/cache
  nkibench hlo sub --json > a.json
  is a.json files 1 static.macs 99483648
}

@test "a folder that cannot be listed is a warning" {
  mkdir cache/closed && chmod 000 cache/closed
  ls cache/closed > /dev/null 2>&1 && skip "root can list any folder"
  transcript <<'END'
$ nkibench | grep SCORE:
🏆 FINAL NKI-LLAMA SCORE: 14.6593
! nkibench: warning: cache/closed: cannot be listed, so its files are not counted
END
}

@test "a cache of 3000 files, in few of which there is anything" {
  many_files many 3000
  for i in 0007 1500 2999; do rm many/$i.hlo && : > many/$i.hlo; done
  nkibench hlo many --json 2> talk > a.json
  is a.json files 3000 failed 0 static.macs $((2997 * 99483648)) 'modules[1].path' many/0001.hlo 'modules[3000].path' many/3000.hlo
  [ "$(wc -l < talk)" = 1 ]
  nkibench hlo many --json --jobs 1 2> talk > b.json
  cmp a.json b.json
}

@test "a cache deep and wide" {
  local deep
  deep=$(printf 'd/%.0s' $(seq 1 200))
  mkdir -p "deep/$deep"
  cp cache/*/*/model.hlo_module.pb "deep/$deep/a.hlo"
  nkibench hlo deep --json > a.json
  is a.json files 1 static.macs 99483648
}

@test "what a Neuron cache says beside its files is said" {
  local module=cache/neuronxcc-2.20.9961.0+0acef03a/MODULE_4827163950172635480+e30acd3a
  rm $module/model.done
  : > $module/model.log
  transcript <<'END'
$ nkibench | grep SCORE:
🏆 FINAL NKI-LLAMA SCORE: 14.6593
! nkibench: warning: 1 HLO file failed to compile and still counts: cache/<*>/model.hlo_module.pb
END
  rm $module/model.log
  : > $module/model.hlo_module.pb.lock
  transcript <<'END'
$ nkibench > /dev/null
! nkibench: warning: 1 HLO file is locked, its compilation unfinished, and counts: cache/<*>/model.hlo_module.pb
END
  rm $module/*.lock
  touch -d '2 hours ago' train.log
  transcript <<'END'
$ nkibench > /dev/null
! nkibench: warning: 1 HLO file is newer than the log and counts: cache/<*>/model.hlo_module.pb
END
  touch train.log
  cp -r cache/neuronxcc-2.20.9961.0+0acef03a cache/neuronxcc-2.19.1+1
  transcript <<'END'
$ nkibench --dedupe > /dev/null
! nkibench: warning: modules of several compiler versions are added up: neuronxcc-2.19.1+1, neuronxcc-2.20.9961.0+0acef03a
! nkibench: note: 1 HLO file repeats another and is left out: cache/neuronxcc-2.20<*>
END
}
