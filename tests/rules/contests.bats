# The contests' rules on small tables as people keep them, through the program: score, mode and what is missing.
load ../cli/helper

# scored FILE RULE FLAGS SCORE: the table on standard input gives this score.
scored() {
  : > nkibench.yaml
  cat > "$1"
  # shellcheck disable=SC2086 # flags are words
  nkibench "$2" --matrix "$1" $3 --quiet > console.txt 2> err.txt || {
    cat err.txt
    return 1
  }
  is benchmark_results.json score "$4"
}

@test "kernelbench: CSV with blanks and words for verdicts" {
  scored k.csv kernelbench '' 0.25 <<'END'
Problem, Correct, Latency (ms), Ref latency (ms)
a, pass, 1, 2
b, True, 3, 3
c, fail, , 5
d, 1, 4.0, 1.0
END
  is benchmark_results.json mode fast_p rule.name kernelbench
}

@test "flashinfer: times in two units, a failed workload" {
  scored f.csv flashinfer '' 3.25 <<'END'
definition,solution,workload,passed,latency_us,ref_latency_ms
moe,s1,w1,true,1000,2
moe,s1,w2,true,1000,3
moe,s2,w1,false,,9
gdn,s1,w1,true,1000,4
END
}

@test "kernelbot: TSV in microseconds" {
  printf 'benchmark\tmean (\302\265s)\nx\t100\ny\t400\n' > k.tsv
  scored k2.tsv kernelbot '--ranking-by mean' 0.00025 < k.tsv
}

@test "accelopt: percent of peak" {
  scored a.csv accelopt '--summary peak --peak-matmul 10' 20 <<'END'
kernel,latency_us,bytes,matmul_flops,vector_flops,correct
mm,100,1000,2e8,,true
END
}

@test "accelopt: the columns of percent of peak say what they are" {
  printf 'kernel,latency_us,bytes,matmul_flops,vector_flops,correct\nmm,100,1e6,2e9,,1\nsm,50,4e6,,1e7,1\n' > a.csv
  nkibench accelopt --summary peak --matrix a.csv -q > out.txt
  grep -A 2 '^  *peak  ' out.txt > columns.txt
  diff columns.txt - <<'END'
       peak   part reached    points
  mm    100         0.8421   84.2105
  sm    100         0.6974   69.7350
END
}

@test "spec: three runs of one benchmark, two of another" {
  scored s.csv spec '' 6 <<'END'
benchmark,time_s,ref_s
a,3,18
a,1,18
a,2,18
b,2,12
b,3,12
END
}

@test "llm-efficiency: JSON" {
  scored l.json llm-efficiency '--summary product' 0.125 <<'END'
{ "runs": [{ "task": "a", "mean_win_rate": 0.5 }, { "task": "b", "mean_win_rate": 0.25 }] }
END
}

@test "fpl26: ranks of a team" {
  scored f.csv fpl26 '--team A' 1.5 <<'END'
benchmark,team,alpha,beta,gamma,valid
x,A,1,0.5,0.5,1
x,B,0.9,0,0,1
y,A,2,1,1,0
y,B,2,1,1,1
END
  grep -q '^ *A *A *B *rank$' console.txt
}

@test "cs149: numbers as names, points at the thresholds" {
  scored c.csv cs149 '' 14.5 <<'END'
test,passed,points,latency_us,size,dtype
small,True,,,,
bias,true,,,,
t,1,10,4600,224,fp32
END
}

@test "mlperf-training: quality against a target" {
  scored m.csv mlperf-training '--benchmark llama31_405b' 11 <<'END'
run,time_min,quality
1,10,5.5
2,11,5.6
3,30,5.7
END
}

@test "mlperf-inference: one of two scenarios" {
  scored m.csv mlperf-inference '--scenario server' 12000 <<'END'
benchmark,scenario,tokens_per_s,accuracy,tokens_per_sample,ttft_p99_ms,tpot_p99_ms
llama2-70b,Server,12000,44.4,290,1900,150
llama2-70b,Offline,14000,44.4,290,,
END
}

@test "mlsys26: the March formula by its date" {
  scored m.csv mlsys26 '--date 2026-03-13 --prompts p.csv' 2 < <(
    printf '0,18,64,100,10\n' > p.csv
    printf 'prompt,accuracy,latency_ms,tokens_per_s,nki_ratio\n0,1,25,10,0.5\n')
}

@test "a table without what a rule reads is refused, with what is missing" {
  printf 'a\n1\n' > a.csv
  local rule
  for rule in kernelbench flashinfer kernelbot accelopt spec llm-efficiency fpl26 cs149 mlperf-training mlperf-inference asplos25 mlsys26; do
    run -1 --separate-stderr nkibench "$rule" --matrix a.csv --no-settings --quiet
    # shellcheck disable=SC2154 # run sets it
    [[ "$stderr" == "nkibench: a.csv: no column '"*"' among a; "*" are expected" ]] || {
      echo "$rule: $stderr"
      return 1
    }
    run -1 --separate-stderr nkibench "$rule" --inference-results nowhere --no-settings --quiet
    [[ "$stderr" == *--matrix* ]]
  done
}
