# nkibench hlo --by: tables of where the counts belong, and the page of one module.
load helper

# A module in XLA's text form: three kernels of which none counts anything, one call with a loop.
write_module() {
  local config
  config() { printf '%s' "$1" | base64 -w 0; }
  cat > "$1" <<END
HloModule m

f.1 {
  a = f32[8,8] parameter(0)
  ROOT d = f32[8,8] dot(a, a), lhs_contracting_dims={1}, rhs_contracting_dims={0}, metadata={op_name="dot_general" source_file="/x/layers.py" source_line=7}
}

ENTRY e {
  p = f32[8,8] parameter(0), metadata={op_name="p"}
  c1 = f32[8,8] call(p), to_apply=f.1, metadata={op_name="jit(f)/q_proj" source_file="/x/model.py" source_line=3}
  c2 = f32[8,8] call(c1), to_apply=f.1, metadata={op_name="jit(f)/k_proj" source_file="/x/model.py" source_line=3}
  k1 = f32[8,8] custom-call(c2), custom_call_target="AwsNeuronCustomNativeKernel", backend_config="$(config '{"func_name": "a", "mac_count": 0}')"
  k2 = f32[8,8] custom-call(k1), custom_call_target="AwsNeuronCustomNativeKernel", backend_config="$(config '{"func_name": "b"}')"
  ROOT k3 = f32[8,8] custom-call(k2), custom_call_target="AwsNeuronCustomNativeKernel", backend_config="$(config '{')"
}
END
}

@test "a relative name of a called computation belongs to each of its callers" {
  write_module m.hlo
  transcript <<'END'
$ nkibench hlo m.hlo -q --by scope
by scope (--depth 3) · executed: what runs, each call and each turn of a loop
  scope below jit(f)/    MACs    share      sum         ×
  q_proj/dot_general      512     50.0 %   50.0 %       1
  k_proj/dot_general      512     50.0 %  100.0 %       1
  (4 others)                0      0.0 %                8
  total                 1.024 k                        10
$ nkibench hlo m.hlo -q --by scope --depth 1
by scope (--depth 1) · executed: what runs, each call and each turn of a loop
  scope         MACs    share      sum         ×
  jit(f)       1.024 k  100.0 %  100.0 %       6
  (2 others)       0      0.0 %                4
  total        1.024 k                        10
END
}

@test "static counts each computation once, so it is given to one of the callers" {
  write_module m.hlo
  transcript <<'END'
$ nkibench hlo m.hlo -q --by scope --count static --top 1
by scope (--depth 3) · static: what handler.py counts, each computation once
  scope                        MACs    share      sum    instr.
  jit(f)/q_proj/dot_general     512    100.0 %  100.0 %       1
  (5 others)                      0      0.0 %                7
  total                         512                           8
END
}

@test "by source, dtype, computation, opcode, instruction and module" {
  write_module m.hlo
  transcript <<'END'
$ nkibench hlo m.hlo -q --by source,dtype --top 2 --sort flops
by source · executed: what runs, each call and each turn of a loop
  source            FLOP    share      sum      MACs         ×
  /x/layers.py:7   2.048 k  100.0 %  100.0 %   1.024 k       2
  (2 others)           0      0.0 %                0         8
  total            2.048 k                     1.024 k      10

by dtype · executed: what runs, each call and each turn of a loop
  dtype    FLOP    share      sum      MACs         ×
  f32     2.048 k  100.0 %  100.0 %   1.024 k      10
$ nkibench hlo m.hlo -q --by opcode --sort key
by opcode · executed: what runs, each call and each turn of a loop
  opcode         MACs    share      sum         ×
  call              0      0.0 %    0.0 %       2
  custom-call       0      0.0 %    0.0 %       3
  dot           1.024 k  100.0 %  100.0 %       2
  parameter         0      0.0 %  100.0 %       3
  total         1.024 k                        10
$ nkibench hlo m.hlo -q --by instruction --sort key | awk '{ print $1 }' | paste -s -d' '
by instruction a c1 c2 d k1 k2 k3 p total
$ nkibench hlo m.hlo -q --by opcode --count xla
by opcode · XLA's cost: loop bodies once
  opcode        FLOP    share      sum     bytes     instr.
  dot          2.048 k  100.0 %  100.0 %   1.500 Ki       1
  (3 others)       0      0.0 %                0          7
  total        2.048 k                     1.500 Ki       8
  3 custom calls of unknown cost add nothing here
$ nkibench hlo m.hlo -q --by instruction --top 1
by instruction · executed: what runs, each call and each turn of a loop
  instruction               MACs    share      sum         ×
  d  dot f32[8,8] in f.1   1.024 k  100.0 %  100.0 %       2
  (7 others)                   0      0.0 %                8
  total                    1.024 k                        10
$ nkibench hlo m.hlo -q --by module,computation --top 1
by module · executed: what runs, each call and each turn of a loop
  module    MACs    share      sum         ×
  m.hlo    1.024 k  100.0 %  100.0 %      10

by computation · executed: what runs, each call and each turn of a loop
  computation    MACs    share      sum         ×
  f.1           1.024 k  100.0 %  100.0 %       4
  (1 other)         0      0.0 %                6
  total         1.024 k                        10
END
}

@test "kernels of one name are told apart by the MACs of a call" {
  local one two
  one=$(printf '{"func_name": "k", "mac_count": 100}' | base64 -w 0)
  two=$(printf '{"func_name": "k", "mac_count": 300}' | base64 -w 0)
  cat > k.hlo <<END
HloModule k

ENTRY e {
  p = f32[8] parameter(0)
  a = f32[8] custom-call(p), custom_call_target="AwsNeuronCustomNativeKernel", backend_config="$one"
  ROOT b = f32[8] custom-call(a), custom_call_target="AwsNeuronCustomNativeKernel", backend_config="$two"
}
END
  transcript <<'END'
$ nkibench hlo k.hlo -q --by kernel
by kernel · executed: what runs, each call and each turn of a loop
  kernel                MACs    share      sum    in NKI         ×
  k (300 MAC a call)     300     75.0 %   75.0 %   100.0 %       1
  k (100 MAC a call)     100     25.0 %  100.0 %   100.0 %       1
  (1 other)                0      0.0 %                -         1
  total                  400                       100.0 %       3
$ nkibench hlo k.hlo -q | tail -3
  kernel                                       sites   calls  MACs each    MACs
  k                               NKI kernel       1       1      300       300
  k                               NKI kernel       1       1      100       100
END
}

@test "an NKI ratio of 0 is explained" {
  write_module m.hlo
  transcript <<'END'
$ nkibench hlo m.hlo -q
m.hlo   2 computations · 8 instructions · XLA text

                MACs        share    in NKI
  executed     1.024 k     100.00 %    0.00 %   what runs: each call, each turn of a loop
    dot        1.024 k     100.00 %
  static         512        50.00 %    0.00 %   what handler.py counts: each computation once
  it costs   2.048 kFLOP · 0 transcendentals · 1.500 KiB as it runs
  XLA cost   2.045 kFLOP · 0 transcendentals · 1.497 KiB, loop bodies once
             3 custom calls of unknown cost: -1 each there, nothing above

  opcode        FLOP    share      sum      MACs         ×
  dot          2.048 k  100.0 %  100.0 %   1.024 k       2
  (3 others)       0      0.0 %                0         8

  scope below jit(f)/    MACs    share      sum         ×
  q_proj/dot_general      512     50.0 %   50.0 %       1
  k_proj/dot_general      512     50.0 %  100.0 %       1
  (4 others)                0      0.0 %                8

  kernel                                       sites   calls  MACs each    MACs
  AwsNeuronCustomNativeKernel     NKI kernel       1       1  unreadable       -
  a                               NKI kernel       1       1        0         0
  b                               NKI kernel       1       1   not said       -

  NKI ratio is 0: 3 AwsNeuronCustomNativeKernel calls:
    1 with mac_count 0
    1 without a mac_count
    1 with a config that cannot be read

  ! NKI kernel 'b' states no mac_count: counts 0
  ! instruction 'k3' in 'e': the kernel's backend_config cannot be read (<*>): counts 0
END
  printf 'HloModule n\n\nENTRY e {\n  p = f32[8] parameter(0)\n}\n' > n.hlo
  nkibench hlo n.hlo | grep -qx '  NKI ratio is 0: no AwsNeuronCustomNativeKernel call.'
}

@test "tables are asked for in words that are there" {
  refused 'hlo cache --by scopes' "--by is 'scopes'; module, computation, opcode, kernel, scope, source, dtype, shape or instruction is expected; did you mean 'scope'?"
  refused 'hlo cache --by opcode,' "--by is ''; module, computation, opcode, kernel, scope, source, dtype, shape or instruction is expected"
  refused 'hlo cache --top 3' '--top is for a table: give --by, too'
  refused 'hlo cache --by opcode --count all' "--count is 'all'; one of executed static xla is expected"
  refused 'hlo cache --by opcode --count xla --sort macs' "--sort is 'macs'; flops, transcendentals, bytes, calls, instructions or key is expected with --count xla"
  refused 'hlo cache --by opcode --count static --sort bytes' "--sort is 'bytes'; macs, nki, instructions or key is expected with --count static"
  refused 'hlo cache --by opcode --top 10001' "--top is '10001'; a whole number from 0 to 10000 is expected"
  refused 'hlo cache --by scope --depth 0' "--depth is '0'; a whole number from 1 to 1000 is expected"
  refused 'hlo cache -o x.json' '--output is for --scan: what hlo shows goes to standard output'
  refused 'hlo roofline cache --output=x.json' '--output is for --scan: what hlo shows goes to standard output'
  NKIBENCH_OUTPUT=x.json nkibench hlo cache > /dev/null # a score's
  [ ! -e x.json ]
  refused 'hlo cache --csv --json' '--csv, --json and --lua are three forms; one is right'
  refused 'log train.log --by opcode' '--by is for hlo'
  nkibench hlo cache --by opcode --top 10000 > /dev/null
  nkibench hlo cache --by scope --depth 1000 > /dev/null
}

# Column $1 of by.csv, added up.
column() {
  tail -n +2 by.csv | sed 's/"[^"]*"/quoted/g' | cut -d, -f"$1" | awk '{ sum += $1 } END { printf "%.0f", sum }'
}

@test "data has every digit, and its rows add up to m.hlo" {
  nkibench hlo cache --json -q > all.json
  local total by
  total=$(value all.json executed.macs)
  for by in module computation opcode kernel scope source dtype shape instruction; do
    nkibench hlo cache --json -q --by "$by" --top 5 > by.json
    [ "$(value by.json 'tables[1].total.executed.macs')" = "$total" ]
    nkibench hlo cache --csv -q --by "$by" --top 5 > by.csv
    [ "$(column 11)" = "$total" ]
    [ "$(column 7)" = "$(value by.json 'tables[1].total.instructions')" ]
  done
}

@test "CSV is by module when nothing is said, and quotes what has to be quoted" {
  write_module 'a,"b".hlo'
  nkibench hlo 'a,"b".hlo' -q --csv > a.csv
  [ "$(wc -l < a.csv)" = 2 ]
  grep -q '^module,1,"a,""b"".hlo",,,,8,10,512,0,1024,1024,0,0,0,2048,0,1536,' a.csv
  nkibench hlo 'a,"b".hlo' -q --csv --by kernel --sort key | grep -q '^kernel,2,AwsNeuronCustomNativeKernel,AwsNeuronCustomNativeKernel,,,1,1,'
}

@test "a table is the same with one thread and with two" {
  nkibench hlo cache --by scope,instruction,kernel --json --jobs 1 > one.json
  nkibench hlo cache --by scope,instruction,kernel --json --jobs 2 > two.json
  cmp one.json two.json
}

@test "a named file that cannot be read does not hide the others" {
  write_module m.hlo
  printf 'HloModule x\n\nENTRY e {\n  a = f32[] foo(b)\n}\n' > bad.hlo
  printf junk > worse.hlo
  transcript <<'END'
$ nkibench hlo bad.hlo m.hlo worse.hlo
  module                    instructions  executed     static    NKI, static
  bad.hlo                              -        -          -            -
    ! not read: line 4: operand 'b' is not defined; it must stand above its use in the same computation
  m.hlo                                8    1.024 k      512         0.00 %
    ! NKI kernel 'b' states no mac_count: counts 0 (and 1 more)
  worse.hlo                            -        -          -            -
    ! not read: text, but no HLO module; 'HloModule NAME' is expected on its first line

3 HLO files, 2 not counted
…
! nkibench: bad.hlo: line 4: operand 'b' is not defined; it must stand above its use in the same computation
! nkibench: worse.hlo: <*>
? 1
$ nkibench hlo m.hlo --by module --json > by.json
! nkibench: note: 1 HLO file has a remark (nkibench hlo shows it): m.hlo
$ nkibench hlo m.hlo --csv > by.csv
! nkibench: note: 1 HLO file has a remark (nkibench hlo shows it): m.hlo
$ nkibench hlo bad.hlo m.hlo --csv -q | wc -l
2
! nkibench: bad.hlo: line 4: operand 'b' is not defined; it must stand above its use in the same computation
$ nkibench hlo bad.hlo worse.hlo
! nkibench: bad.hlo: line 4: operand 'b' is not defined; it must stand above its use in the same computation
? 1
END
}

@test "nothing that counts is no zero" {
  mkdir texts
  write_module texts/a.hlo
  write_module texts/b.hlo
  printf '\n' >> texts/b.hlo
  transcript <<'END'
$ nkibench hlo texts -q
  module                    instructions  executed     static    NKI, static
texts/
  a.hlo                                8    1.024 k      512         0.00 %
    ! NKI kernel 'b' states no mac_count: counts 0 (and 1 more)
  b.hlo                                8    1.024 k      512         0.00 %
    ! NKI kernel 'b' states no mac_count: counts 0 (and 1 more)
  ! 2 files are XLA text and enter no total (--any-form)

2 HLO files, 2 not counted

  nothing is counted: none of the files enters a total
$ nkibench hlo texts -q --by opcode
by opcode in 0 modules · executed: what runs, each call and each turn of a loop
  nothing is counted
$ rm texts/b.hlo; nkibench hlo texts -q | grep counted
  nothing is counted: the file enters no total
END
}

# An entry computation of so many adds of a parameter, all alike.
many_instructions() {
  printf 'HloModule many\n\nENTRY e {\n  p = f32[8] parameter(0)\n'
  seq -f '  n%.0f = f32[8] add(p, p)' "$(($1 - 2))"
  printf '  ROOT r = f32[8] add(p, p)\n}\n'
}

@test "--top 0 is all groups, of instructions as many as are listed" {
  write_module m.hlo
  many_instructions 10000 > fits.hlo
  many_instructions 10001 > more.hlo
  transcript <<'END'
$ nkibench hlo m.hlo --by instruction --top 0 --csv -q | wc -l
9
$ nkibench hlo fits.hlo --by instruction,opcode --top 0 --csv | grep -c instruction,
10000
$ nkibench hlo more.hlo --by instruction --top 0 | tail -2
  (1 other)                    0      0.0 %                0         1
  total                    80.00 k                         0    10 001
! nkibench: note: 1 HLO file has more than 10000 instructions, the largest of which are listed: more.hlo
$ nkibench hlo --scan --by instruction --top 0 -o part.nkb fits.hlo
$ nkibench hlo part.nkb --by instruction --top 0 --csv | grep -c instruction,
10000
END
}

@test "a page says where all kernels are listed" {
  {
    printf 'HloModule k\n\nENTRY e {\n  p = f32[8] parameter(0)\n'
    seq 9 | sed 's/.*/  k& = f32[8] custom-call(p), custom_call_target="target&"/'
    printf '}\n'
  } > k.hlo
  nkibench hlo k.hlo | grep -qx '  and 1 more (--by kernel --top 0 lists all)'
  [ "$(nkibench hlo k.hlo --by kernel --top 0 | grep -c '^  target')" -eq 9 ]
}

@test "why there is no cost, and what custom calls do to it" {
  cat > calls.hlo <<'END'
HloModule c

ENTRY e {
  p = f32[8,16] parameter(0)
  a = f32[8,4] custom-call(p), custom_call_target="foo"
  ROOT b = f32[8,4] custom-call(a), custom_call_target="foo"
}
END
  sed 's/custom-call(p).*/custom-call(p), custom_call_target="foo"/; s/ROOT b = .*/ROOT b = f32[8,4] negate(a)/' calls.hlo > one.hlo
  sed 's/negate(/dto(/' one.hlo > dto.hlo
  transcript <<'END'
$ nkibench hlo calls.hlo | grep -A 1 XLA.cost
  XLA cost   -2 FLOP · 0 transcendentals · -2 B, loop bodies once
             2 custom calls of unknown cost: -1 each there, nothing above
$ nkibench hlo one.hlo | grep -A 1 XLA.cost
  XLA cost   31 FLOP · 0 transcendentals · 255 B, loop bodies once
             1 custom call of unknown cost: -1 there, nothing above
$ nkibench hlo dto.hlo | grep -A 1 XLA.cost
  XLA cost   absent: instruction 'b' in 'e': opcode 'dto' is not XLA's

$ nkibench hlo diff one.hlo dto.hlo --no-settings | grep absent
  FLOP absent after: instruction 'b' in 'e': opcode 'dto' is not XLA's
$ nkibench hlo diff dto.hlo dto.hlo --no-settings | grep absent
? 1
$ nkibench hlo diff dto.hlo calls.hlo --no-settings | grep absent
  FLOP absent before: instruction 'b' in 'e': opcode 'dto' is not XLA's
END
}

@test "a module without executed counts has none in its groups' totals, also where it has no group" {
  printf '\032\000' > empty.hlo_module.pb # a module of one computation that has nothing in it
  local by
  for by in module opcode scope instruction; do
    run -0 --separate-stderr nkibench hlo --any-form --by $by --json empty.hlo_module.pb
    [ "$(grep -c '"\(macs\|flops\|bytes\|calls\)": 0' <<< "$output")" -eq 1 ] # upstream's
    grep -q '"calls": null' <<< "$output"
  done
  transcript <<'END'
$ nkibench hlo empty.hlo_module.pb | sed -n '/executed/,/XLA/p'
  executed   absent: computation '': its root 0 is no instruction of it
  static           0            -      0.00 %   what handler.py counts: each computation once
  XLA cost   absent: computation '' has no root instruction
$ : > nothing.hlo_module.pb; nkibench hlo nothing.hlo_module.pb | grep costs
? 1
$ nkibench hlo roofline empty.hlo_module.pb
nothing to set against a roofline: computation '' has no root instruction
END
}

# Rows of several files are added up file by file; with --dedupe, in the end.
@test "many files, any number of threads, make one table" {
  local by=opcode,kernel,scope,source,dtype,shape i
  mkdir all
  for i in 1 2 3 4 5; do
    write_module "all/$i.hlo"
    sed -i "s/q_proj/q_proj_$((i % 2))/; s/^HloModule m/HloModule m$i/" "all/$i.hlo"
  done
  printf 'broken' > all/broken.hlo
  nkibench hlo all -q --any-form --by $by --top 0 --json --jobs 1 > one
  nkibench hlo all -q --any-form --by $by --top 0 --json --jobs 3 > three
  nkibench hlo all -q --any-form --by $by --top 0 --json --dedupe > late
  cmp one three && cmp one late
  nkibench hlo all -q --any-form --by scope --json --depth 2 > scopes
  [ "$(value scopes tables[1].total.executed.macs)" = $((5 * 1024)) ]
  grep -q 'q_proj_0' scopes && grep -q 'q_proj_1' scopes
  # A copy counts once where that is asked for, and again where it is not.
  cp all/1.hlo all/6.hlo
  nkibench hlo all -q --any-form --by $by --top 0 --json --dedupe > late
  cmp one late
  nkibench hlo all -q --any-form --by scope --json > scopes
  [ "$(value scopes tables[1].total.executed.macs)" = $((6 * 1024)) ]
  # Text is no bare protobuf: without --any-form nothing of it counts.
  nkibench hlo all -q --by scope --json > scopes
  [ "$(value scopes tables[1].total.executed.macs)" = 0 ]
}

@test "by shape: one opcode with results and operands alike, whatever its instructions are called" {
  write_module m.hlo
  transcript <<'END'
$ nkibench hlo m.hlo -q --by shape --top 0
by shape · executed: what runs, each call and each turn of a loop
  shape                                         MACs    share      sum         ×
  dot f32[8,8], [8,8] → [8,8]                  1.024 k  100.0 %  100.0 %       2
  parameter f32[8,8]                               0      0.0 %  100.0 %       3
  call f32[8,8] → [8,8]                            0      0.0 %  100.0 %       2
  custom-call AwsNeuronCustomNativeKernel f…       0      0.0 %  100.0 %       1
  custom-call a f32[8,8] → [8,8]                   0      0.0 %  100.0 %       1
  custom-call b f32[8,8] → [8,8]                   0      0.0 %  100.0 %       1
  total                                        1.024 k                        10
END
  nkibench hlo m.hlo -q --by shape --csv | grep -q '^shape,1,"dot f32\[8,8\]","f32\[8,8\], f32\[8,8\]",,,1,2,'
}

# Layers without names: sixteen dots of two shapes, of which six tell little.
@test "the page of a module without scopes tells of what is alike, from the file and from its part" {
  local i
  {
    printf 'HloModule layers\n\nENTRY e {\n  p0 = f32[8,8] parameter(0)\n  w = f32[8,32] parameter(1)\n'
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
      printf '  p%d = f32[8,8] dot(p%d, p%d), lhs_contracting_dims={1}, rhs_contracting_dims={0}\n' $i $((i - 1)) $((i - 1))
    done
    printf '  ROOT r = f32[8,32] dot(p12, w), lhs_contracting_dims={1}, rhs_contracting_dims={0}\n}\n'
  } > layers.hlo
  nkibench hlo layers.hlo -q > page
  grep -q '^  dot f32\[8,8\], \[8,8\] → \[8,8\]  *6\.144 k  *75\.0 %  *75\.0 %  *12$' page
  ! grep -q '^  instruction' page
  nkibench hlo --scan -o layers.nkb layers.hlo -q
  nkibench hlo layers.nkb -q | cmp - page
  # A part that keeps less leaves out what it has no groups of.
  nkibench hlo --scan --by opcode,kernel -o few.nkb layers.hlo -q
  nkibench hlo few.nkb -q > few
  grep -q '^  opcode' few && ! grep -q '^  shape' few
  # Where the largest instructions are nearly all, they are named.
  sed -i 's/f32\[8,32\]/f32[8,8000]/g' layers.hlo
  nkibench hlo layers.hlo -q | grep -q '^  instruction'
}

@test "shapes that are not the same do not look the same, however long" {
  {
    printf 'HloModule m\n\nENTRY e {\n  a = f32[1111111,2222222,3333333,8] parameter(0)\n  b = f32[1111111,2222222,3333333,8,4] parameter(1)\n'
    printf '  c = f32[1111111,2222222,3333333,5] parameter(2)\n  x = f32[1111111,2222222,3333333,8] add(a, a)\n'
    printf '  y = f32[1111111,2222222,3333333,5] add(c, c)\n  ROOT z = f32[1111111,2222222,3333333,8,4] add(b, b)\n}\n'
  } > m.hlo
  nkibench hlo m.hlo -q --by shape --sort flops > table
  [ "$(grep -c '^  add' table)" = 3 ]
  [ "$(grep '^  add' table | cut -d' ' -f1-6 | sort -u | wc -l)" = 3 ]
}

# Executions beyond 127 bits in one computation say nothing of the next.
@test "what overflows in one computation is there in another" {
  local d inner='a = f32[8,8] add(x, x)
  y = f32[8,8] add(a, x)'
  {
    printf 'HloModule m\n\n'
    for d in 0 1 2; do
      printf 'body.%d {\n  p = (s64[], f32[8,8]) parameter(0)\n  i = s64[] get-tuple-element(p), index=0\n' $d
      printf '  x = f32[8,8] get-tuple-element(p), index=1\n  %s\n  one = s64[] constant(1)\n  j = s64[] add(i, one)\n' "$inner"
      printf '  ROOT t = (s64[], f32[8,8]) tuple(j, y)\n}\ncond.%d {\n  p = (s64[], f32[8,8]) parameter(0)\n' $d
      printf '  i = s64[] get-tuple-element(p), index=0\n  n = s64[] constant(4398046511104)\n'
      printf '  ROOT c = pred[] compare(i, n), direction=LT\n}\n'
      inner="z = s64[] constant(0)
  tt = (s64[], f32[8,8]) tuple(z, x)
  w = (s64[], f32[8,8]) while(tt), condition=cond.$d, body=body.$d
  y = f32[8,8] get-tuple-element(w), index=1"
    done
    printf 'ENTRY e {\n  x = f32[8,8] parameter(0)\n  %s\n  ROOT r = f32[8,8] add(y, y)\n}\n' "$inner"
  } > m.hlo
  nkibench hlo m.hlo -q --by computation --sort key --json > by.json
  # body.0 runs 2^126 times, and its two additions beyond 127 bits; of the entry each runs once.
  is by.json 'tables[1].rows[1].key' body.0 'tables[1].rows[1].calls' 'userdata: (nil)' 'tables[1].rows[7].key' e 'tables[1].rows[7].calls' 6
}

# Six layers of twenty tell where little of it goes; what is alike in all of them tells of nearly all.
@test "the page shows shapes where the largest scopes are few of many alike" {
  layers() {
    awk -v n=$1 'BEGIN {
      print "HloModule m\n\nENTRY e {\n  p0 = f32[8,8] parameter(0)"
      for (i = 1; i <= n; i++)
        printf "  %sd%d = f32[8,8] dot(d%d, p0), lhs_contracting_dims={1}, rhs_contracting_dims={0}, metadata={op_name=\"jit(f)/layer_%d/dot\"}\n",
          i == n ? "ROOT " : "", i, i - 1, i
      print "}"
    }' | sed 's/dot(d0,/dot(p0,/'
  }
  layers 20 > many.hlo
  layers 7 > few.hlo
  nkibench hlo many.hlo -q > page
  grep -q '^  scope below jit(f)/ ' page
  grep -q '^  (15 others)  *7.168 k *70.0 %' page
  grep -q '^  dot f32\[8,8\], \[8,8\] → \[8,8\]  *10.24 k  *100.0 %' page
  nkibench hlo few.hlo -q > page
  grep -q '^  scope below jit(f)/ ' page
  ! grep '^  shape' page
}

@test "a shape is told by what is called, whatever the opcode" {
  cat > m.hlo <<'END'
HloModule m

ENTRY e {
  a = f32[8] parameter(0)
  x = f32[8] add(a, a), custom_call_target="A"
  y = f32[8] add(a, a), custom_call_target="B"
  ROOT z = f32[8] add(x, y)
}
END
  nkibench hlo m.hlo -q --by shape > table
  [ "$(grep -c '^  add' table)" = 3 ]
  grep -q '^  add A f32' table && grep -q '^  add B f32' table && grep -q '^  add f32' table
}
