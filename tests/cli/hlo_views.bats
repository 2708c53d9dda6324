# Views of HLO that answer a question: hlo roofline, hlo advise, hlo diff.
load helper

# $1 a Lua expression of d, the JSON that command $2 prints, which must be true.
holds() {
  eval "$2" > "$BATS_TEST_TMPDIR/json"
  EXPRESSION=$1 JSON=$BATS_TEST_TMPDIR/json "$LUA" -e '
    local f = assert(io.open(os.getenv "JSON"))
    d = require "cjson".decode(f:read "a")
    function near(a, b) return math.abs(a - b) <= 1e-12 * math.max(math.abs(a), math.abs(b)) end
    local check = assert(load("return " .. os.getenv "EXPRESSION"))
    if not check() then io.stderr:write("not so: ", os.getenv "EXPRESSION", "\n") os.exit(1) end'
}

first_score() { cp -r "$ROOT/examples/first_score" first && cd first; }

@test "roofline: the least time of a chip, by opcode and in all" {
  first_score
  transcript <<'END'
$ nkibench hlo roofline neuron_cache --top 3 --no-settings
trn1: 1 Trn1 chip × 190 TFLOP/s bf16 (aws-neuron-sdk, trn1-arch), 880.5 GB/s
  ridge at 215.8 FLOP/B: below it memory is the limit, above it compute

  opcode                      FLOP     bytes       FLOP/B     bound   at least
  dot                        2.364 T   2.263 Gi     973.2   compute   12.44 ms
  add                        134.2 M   768.0 Mi    0.1667    memory   914.6 µs
  multiply                   96.47 M   552.0 Mi    0.1667    memory   657.4 µs
  and 5 more (--top 0 shows all)

  module                         FLOP     bytes       FLOP/B     bound   at least
  MODULE_4827163950172635480    1.380 T   2.237 Gi     574.5   compute   7.263 ms
  MODULE_11350927461830275519   984.8 G   1.807 Gi     507.5   compute   5.183 ms

   12.45 ms  compute alone, 2.365 TFLOP at the bf16 peak
   14.62 ms  if every operation reads and writes device memory, as XLA counts bytes
   723.4 µs  more for 68.72 GMAC in NKI kernels, whose bytes are not known
  ! 4 custom calls of unknown cost are in none of this
END
}

@test "roofline: MACs that XLA has no cost of are said beside it" {
  cat > matmul.hlo <<'END'
HloModule m
ENTRY e {
  a = s8[128,256] parameter(0)
  b = s8[256,512] parameter(1)
  ROOT c = s32[128,512] custom-call(a, b), custom_call_target="AwsNeuronIntMatmult"
}
END
  transcript <<'END'
$ nkibench hlo roofline matmul.hlo --chip trn2 --cores 8 --no-settings
trn2: 1/8 of 1 Trn2 chip × 667 TFLOP/s bf16 (aws-neuron-sdk, trainium2), 2900 GB/s
  ridge at 230.0 FLOP/B: below it memory is the limit, above it compute

  opcode                      FLOP     bytes       FLOP/B     bound   at least

        0    compute alone, 0 FLOP at the bf16 peak
        0    if every operation reads and writes device memory, as XLA counts bytes
   402.5 ns  more for 16.78 MMAC in the compiler's own matmuls, whose bytes are not known
  ! s8 may run faster than the bf16 peak all of this is set against
END
  holds 'd.custom_matmul_macs == 128 * 256 * 512 and near(d.custom_matmul_compute_s, 2 * 128 * 256 * 512 / 667e12)' \
    'nkibench hlo roofline matmul.hlo --chip trn2 --json --no-settings'
}

@test "roofline: the arithmetic is that of the chip's peak and bandwidth" {
  first_score
  holds 'near(d.total.compute_s, d.total.flops / 190e12) and near(d.total.memory_s, d.total.bytes / (820 * 2^30))' \
    'nkibench hlo roofline neuron_cache --json --no-settings'
  holds 'near(d.chip.ridge_flop_per_byte, 190e12 / (820 * 2^30)) and d.count == "executed"' \
    'nkibench hlo roofline neuron_cache --json --no-settings'
  holds 'near(d.total.compute_s, d.total.flops / (667e12 / 8)) and d.chip.cores == 8' \
    'nkibench hlo roofline neuron_cache --chip trn2 --cores 8 --json --no-settings'
  holds '(function() local f, b, s = 0, 0, 0
    for _, row in ipairs(d.by_opcode) do
      f, b, s = f + row.flops, b + row.bytes, s + row.least_s
      assert(row.least_s == math.max(row.compute_s, row.memory_s))
      assert(row.bound == (row.compute_s >= row.memory_s and "compute" or "memory"))
    end
    return f == d.total.flops and b == d.total.bytes and near(s, d.each_through_memory_s) end)()' \
    'nkibench hlo roofline neuron_cache --chip trn3 --json --no-settings'
}

@test "a first word that is like a view is no file" {
  echo HloModule > roo
  transcript <<'END'
$ nkibench hlo roof cache
! nkibench: no view or file 'roof'; did you mean 'roofline'?
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo advice cache
! nkibench: no view or file 'advice'; did you mean 'advise'?
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo ./roof
! nkibench: ./roof: no such file
? 1
$ nkibench hlo roo
! nkibench: roo: <*>
? 1
END
}

@test "roofline: what is asked wrongly is said" {
  transcript <<'END'
$ nkibench hlo roofline cache --chip trn9
! nkibench: --chip is 'trn9'; one of trn1, trn2, trn3, inf2, <*>p5 is expected
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo roofline cache --cores 0
! nkibench: --cores is '0'; a whole number from 1 to 2 is expected
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo roofline cache --by opcode
! nkibench: --by means nothing to hlo roofline
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo cache --chip trn1
! nkibench: --chip is for nkibench hlo roofline
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo roofline cache --csv
! nkibench: a view has the forms text, --json and --lua
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo roofline cache --scan
! nkibench: --scan is for hlo without a view
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo diff cache cache --json --lua
! nkibench: --json and --lua are two forms; one is right
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo roofline
! nkibench: hlo needs files or folders: nkibench hlo FILE|DIR...
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo advise cache --chip trn1
! nkibench: --chip means nothing to hlo advise
! nkibench: see nkibench help hlo
? 2
END
}

@test "advise: what is outside of kernels, the largest first, and what moving it does" {
  first_score
  transcript <<'END'
$ nkibench hlo advise neuron_cache --top 2 --no-settings
NKI ratio now: executed 5.49 %, static 2.82 %
  what is not in a kernel yet, and the NKI ratio (executed, static) if that one part were

  scope                               MACs    of these  executed    static
  lm_head                            537.9 G    45.5 %   48.50 %   47.04 %
  model/layers.0/mlp/down_proj       120.3 G    10.2 %   15.11 %   12.71 %
  and 13 more (--top 0 shows all)

  instruction                                 MACs    of these  executed    static
  dot.76 dot bf16[4096,16032] in SyncTens…   269.0 G    22.8 %   27.00 %   24.93 %
  dot.84 dot bf16[4096,16032] in SyncTens…   269.0 G    22.8 %   27.00 %   24.93 %
  and 36 more (--top 0 shows all)

  custom calls that state no MACs and so add nothing to the ratio:
    4 × AwsNeuronSilu
END
}

@test "advise: with a rule, the score that would come of it is the rule's own" {
  first_score
  # lm_head moved: 1 + 0.4704 in place of 1 + 0.0282 on both parts of the score.
  holds 'd.rule == "nki-llama" and near(d.by_scope[1].score, d.score * (1 + d.by_scope[1].static_nki_ratio) / (1 + d.static_nki_ratio))' \
    'nkibench hlo advise --rule score.lua --json'
  holds 'd.by_scope[1].key == "lm_head" and d.score < d.by_scope[1].score' 'nkibench hlo advise --rule score.lua --json'
  transcript <<'END'
$ nkibench hlo cache --rule score.lua
! nkibench: --rule is for nkibench hlo advise
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo advise --rule scorr.lua
! nkibench: no rule 'scorr.lua'; did you mean 'score.lua'? <*>
? 5
END
}

@test "advise: what is no dot comes into the static count with the kernel that does it" {
  cat > conv.hlo <<'END'
HloModule m
ENTRY e {
  x = f32[1,8,8,4] parameter(0)
  k = f32[3,3,4,16] parameter(1)
  a = f32[16,36] parameter(2)
  b = f32[36,18] parameter(3)
  c0 = f32[1,6,6,16] convolution(x, k), window={size=3x3}, dim_labels=b01f_01io->b01f, metadata={op_name="net/one"}
  c1 = f32[1,6,6,16] convolution(x, k), window={size=3x3}, dim_labels=b01f_01io->b01f, metadata={op_name="net/two"}
  c2 = f32[1,6,6,16] convolution(x, k), window={size=3x3}, dim_labels=b01f_01io->b01f, metadata={op_name="net/two"}
  d = f32[16,18] dot(a, b), lhs_contracting_dims={1}, rhs_contracting_dims={0}, metadata={op_name="net/dot"}
  ROOT t = (f32[1,6,6,16], f32[1,6,6,16], f32[1,6,6,16], f32[16,18]) tuple(c0, c1, c2, d)
}
END
  transcript <<'END'
$ nkibench hlo advise conv.hlo --top 3 --no-settings
NKI ratio now: executed 0.00 %, static 0.00 %
  what is not in a kernel yet, and the NKI ratio (executed, static) if that one part were

  scope                               MACs    of these  executed    static
  net/two                            41.47 k    57.1 %   57.14 %       -
  net/one                            20.74 k    28.6 %   28.57 %   66.67 %
  net/dot                            10.37 k    14.3 %   14.29 %  100.00 %

  instruction                          MACs    of these  executed    static
  c0 convolution f32[1,6,6,16] in e   20.74 k    28.6 %   28.57 %   66.67 %
  c1 convolution f32[1,6,6,16] in e   20.74 k    28.6 %   28.57 %   66.67 %
  c2 convolution f32[1,6,6,16] in e   20.74 k    28.6 %   28.57 %   66.67 %
  and 1 more (--top 0 shows all)
  ! static -: what is no dot counts there only in a kernel, and a scope does not tell how much
END
  # A rule has the ratio that would come of it, and none where that cannot be told, unless it asks for what runs.
  echo 'return { api = 1, needs = { "hlo" }, score = function(m) return m.hlo.static.nki_ratio end }' > static.lua
  echo 'return { api = 1, needs = { "hlo" }, score = function(m) return m.hlo.executed.nki_ratio end }' > runs.lua
  holds 'd.by_scope[2].score == 2 / 3 and d.by_scope[1].score == nil and d.by_instruction[1].score == 2 / 3' \
    'nkibench hlo advise --rule ./static.lua --hlo conv.hlo --json --no-settings'
  holds 'd.by_scope[1].score == 4 / 7 and d.by_scope[2].score == 2 / 7 and d.by_instruction[1].score == 2 / 7' \
    'nkibench hlo advise --rule ./runs.lua --hlo conv.hlo --json --no-settings'
}

@test "advise: MACs of instructions that are not listed are said" {
  {
    printf 'HloModule m\nENTRY e {\n  p = f32[8,8] parameter(0)\n'
    seq 502 | sed 's/.*/  d& = f32[8,8] dot(p, p), lhs_contracting_dims={1}, rhs_contracting_dims={0}/'
    printf '  ROOT c = f32[8,8] copy(p)\n}\n'
  } > many.hlo
  transcript <<'END'
$ nkibench hlo advise many.hlo --top 0 --no-settings | tail -1
  ! 1.024 kMAC in smaller instructions are not listed
END
  holds 'd.executed_macs_left_out == 1024 and #d.by_instruction == 500' 'nkibench hlo advise many.hlo --json --no-settings'
}

@test "diff: nothing, one thing, and everything" {
  first_score
  transcript <<'END'
$ nkibench hlo diff neuron_cache ./neuron_cache/ --no-settings
no difference: the same 2 files on both sides, byte for byte
END
  sed 's/%p1 = /%q1 = /; s/(%p0, %p1)/(%p0, %q1)/' > renamed.hlo <<'END'
HloModule m
ENTRY e {
  %p0 = f32[8,16] parameter(0)
  %p1 = f32[16,4] parameter(1)
  ROOT %d = f32[8,4] dot(%p0, %p1), lhs_contracting_dims={1}, rhs_contracting_dims={0}
}
END
  sed 's/%q1/%p1/g' renamed.hlo > before.hlo
  sed 's/,4\]/,6]/g' before.hlo > after.hlo
  transcript <<'END'
$ nkibench hlo diff before.hlo renamed.hlo --no-settings
  − before.hlo
  + renamed.hlo

                        before         after        change
  executed MACs            512           512             0
…
  nothing that is counted has changed: names, numbers or metadata have
$ nkibench hlo diff before.hlo after.hlo --no-settings
  − before.hlo
  + after.hlo

                        before         after        change
  executed MACs            512           768          +256
    in NKI                0.00 %        0.00 %             0
  static MACs              512           768          +256
    in NKI                0.00 %        0.00 %             0
  executed FLOP          1.024 k       1.536 k        +512
  executed bytes          896         1.062 Ki       +192
  instructions                 3             3             0

  opcode                         MACs       FLOP     bytes      instr.
  dot                            +256       +512      +192           0
  and 1 the same

  dtype                          MACs       FLOP     bytes      instr.
  f32                            +256       +512      +192           0
END
  holds 'd.total.executed_macs.change == 256 and #d.by_opcode.changed == 1 and d.by_opcode.same == 1' \
    'nkibench hlo diff before.hlo after.hlo --json --no-settings'
}

@test "advise: the rule's parameters are flags, variables and keys there, too" {
  first_score
  local flag
  for flag in --base-mfu=5 --base-mf=5; do
    holds 'd.score > 23.4162 and d.score < 23.4164' "nkibench hlo advise --rule score.lua $flag --json"
  done
  transcript <<'END'
$ nkibench --base-mfu 5 | grep FINAL
<*> FINAL NKI-LLAMA SCORE: 23.4163
$ NKIBENCH_P_BASE_MFU=5 nkibench hlo advise --rule score.lua --top 1 | head -1
NKI ratio now: executed 5.49 %, static 2.82 % · score 23.4163 (nki-llama)
$ NKIBENCH_RULE=score.lua nkibench hlo neuron_cache | wc -l
! nkibench: warning: NKIBENCH_RULE is no setting and is ignored
<*>
END
}

@test "advise: a rule that fails where it is asked again is said once" {
  rule 'score = function(m) if m.hlo.static.nki_macs > 22020096 then error "no more" end return 1 end'
  transcript <<'END'
$ nkibench hlo advise cache --rule ./r.lua --no-settings -q | grep '!'
<*>no more
END
}

@test "diff: what cannot be compared is not the same" {
  first_score
  printf 'junk' > a.hlo
  printf 'jest' > b.hlo
  mkdir a b
  mv a.hlo a/x.hlo
  mv b.hlo b/x.hlo
  local one other
  one=(neuron_cache/*/MODULE_1135*/*.pb) other=(neuron_cache/*/MODULE_4827*/*.pb)
  nkibench hlo diff a b --no-settings -q > out || true
  ! grep -q 'no difference' out
  grep -q 'a/x.hlo' out
  nkibench hlo diff <(cat "${one[0]}") <(cat "${other[0]}") --no-settings -q > out
  ! grep -q 'no difference' out
  grep -q 'executed MACs' out
}

@test "views: loops of unknown trip count are said" {
  cat > loop.hlo <<'END'
HloModule m
body {
  p = (s32[], f32[8,8]) parameter(0)
  i = s32[] get-tuple-element(p), index=0
  x = f32[8,8] get-tuple-element(p), index=1
  d = f32[8,8] dot(x, x), lhs_contracting_dims={1}, rhs_contracting_dims={0}
  ROOT t = (s32[], f32[8,8]) tuple(i, d)
}
cond {
  p = (s32[], f32[8,8]) parameter(0)
  i = s32[] get-tuple-element(p), index=0
  n = s32[] constant(9)
  ROOT c = pred[] compare(i, n), direction=LT
}
ENTRY e {
  a = s32[] parameter(0)
  x = f32[8,8] parameter(1)
  t = (s32[], f32[8,8]) tuple(a, x)
  w = (s32[], f32[8,8]) while(t), condition=cond, body=body
  ROOT r = f32[8,8] get-tuple-element(w), index=1
}
END
  printf 'HloModule n\nENTRY e {\n  ROOT p = f32[8] parameter(0)\n}\n' > none.hlo
  transcript <<'END'
$ nkibench hlo roofline loop.hlo --no-settings -q | grep '!'
  ! 1 loop of unknown trip count is counted once
$ nkibench hlo advise loop.hlo --no-settings -q | grep '!'
  ! 1 loop of unknown trip count is counted once
$ nkibench hlo diff loop.hlo none.hlo --no-settings -q | grep '!'
  ! before: 1 loop of unknown trip count is counted once
$ nkibench hlo diff none.hlo loop.hlo --no-settings -q --json | grep -A 3 unknown
  "unknown_trip_counts": {
    "before": 0,
    "after": 1,
    "change": 1
$ nkibench hlo loop.hlo none.hlo --no-settings -q | grep '^  !'
  ! 1 loop of unknown trip count is counted once
$ nkibench hlo loop.hlo none.hlo --by opcode,module --no-settings -q --json | grep unknown_trip
  "unknown_trip_counts": 1
$ nkibench hlo loop.hlo none.hlo --by opcode,module --no-settings -q | grep '!'
  ! 1 loop of unknown trip count is counted once
$ nkibench hlo loop.hlo --by opcode --count static --no-settings -q | grep '!'
? 1
END
}

@test "diff: what is asked wrongly, or is not there, is said" {
  transcript <<'END'
$ nkibench hlo diff cache
! nkibench: hlo diff takes two: nkibench hlo diff BEFORE AFTER, files or folders
! nkibench: see nkibench help hlo
? 2
$ nkibench hlo diff cache nowhere --no-settings
! nkibench: nowhere: no such file
? 1
$ nkibench hlo diff nowhere cache --no-settings
! nkibench: nowhere: no such file
? 1
END
}
