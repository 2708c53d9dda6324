# The training config as people write it: what is said of each thing a config can have wrong.
load helper

# The config's data section with `seq_length: $1`; what a score says of it is $2.
seq_length() {
  printf 'trainer:\n  num_nodes: 1\ndata:\n  global_batch_size: 64\n  seq_length: %s\n' "$1" > train.yaml
  refused "$2"
}

refused() {
  local said code=0
  said=$(nkibench 2>&1 > /dev/null) || code=$?
  [ "$code $said" = "1 nkibench: train.yaml:$1" ] && return 0
  echo "expected: 1 nkibench: train.yaml:$1"
  echo "  actual: $code $said"
  return 1
}

@test "a length that is no count is refused where it stands" {
  local count="a whole number above 0 is expected"
  seq_length 0 "5:15: 'data.seq_length' is 0; $count"
  seq_length -4096 "5:15: 'data.seq_length' is -4096; $count"
  seq_length 4096.5 "5:15: 'data.seq_length' is 4096.5; $count"
  seq_length 4k "5:15: 'data.seq_length' is the text \"4k\"; $count"
  seq_length true "5:15: 'data.seq_length' is true; $count"
  seq_length '[4096]' "5:15: 'data.seq_length' is a list; $count"
  seq_length '{a: 1}' "5:15: 'data.seq_length' is a mapping; $count"
  seq_length "'4096'" "5:15: 'data.seq_length' is the text \"4096\"; a whole number above 0 without quotes is expected"
  seq_length 04096 \
    "5:15: 'data.seq_length' is the text \"04096\"; a whole number above 0 without a leading 0 is expected"
  seq_length 2147483648 "5:15: 'data.seq_length' is 2147483648; a whole number from 1 to 2147483647 is expected"
  seq_length 1e300 "5:15: 'data.seq_length' is 1e+300; a whole number from 1 to 2147483647 is expected"
}

@test "a length without a value is refused with the reason, at its place" {
  seq_length '${model.len}' \
    "5:15: 'data.seq_length' has no value: '\${model.len}' names no value: there is no 'model' in the document; write \\\${ for a text"
  seq_length '${.seq_len}
  seq_len: ${data.global_batch_sise}' \
    "6:12: 'data.seq_length' has no value: '\${data.global_batch_sise}' names no value: there is no 'global_batch_sise'; did you mean 'global_batch_size'?"
  seq_length .inf "5:15: 'data.seq_length' has no value: '.inf' is not a finite number"
  seq_length 99999999999999999999 "5:15: 'data.seq_length' has no value: 99999999999999999999 does not fit 63 bits"
  seq_length '???' "5:15: 'data.seq_length' has no value: ??? stands for a value that must be given"
  seq_length '${.a}
  a: ${.seq_length}' "6:6: a reference that leads back to itself: data.seq_length -> data.a -> data.seq_length"
}

@test "what has no value disturbs nothing that does not use it" {
  nkibench > before.txt && cp benchmark_results.json before.json
  printf 'more: ${nowhere.here}\neven: [.inf, "${more}!", 1]\n' >> train.yaml
  nkibench > after.txt
  cmp before.txt after.txt
  cmp before.json benchmark_results.json
  transcript <<'END'
$ nkibench metrics config.even --json
[
  null,
  null,
  1
]
$ nkibench metrics config | tail -2
config.more                    absent    '${nowhere.here}' names no value: there is no 'nowhere' in the document; write \${ for a text
config.even                    3 values
END
  # a flag is taken before the config is looked at
  sed -i 's/seq_length: 4096/seq_length: ${nope}/' train.yaml
  nkibench --seq-len 4096 > after.txt
  cmp before.txt after.txt
}

@test "a section that is none is refused" {
  echo 'data: hello' > train.yaml
  refused "1:7: 'data' is the text \"hello\"; a mapping is expected"
  echo 'data: [global_batch_size: 64]' > train.yaml
  refused "1:7: 'data' is a list; a mapping is expected"
  echo 'data: ${nope}' > train.yaml
  refused "1:7: 'data' has no value: '\${nope}' names no value: there is no 'nope' in the document; write \\\${ for a text"
  printf 'trainer: 4\ndata: {global_batch_size: 64, seq_length: 4096}\n' > train.yaml
  refused "1:10: 'trainer' is 4; a mapping is expected"
  echo '[data]' > train.yaml
  refused " a list at the top; a mapping is expected (--config)"
  echo '# none' > train.yaml
  refused " nothing at the top; a mapping is expected (--config)"
}

@test "what is missing is named, with the key that seems to be meant" {
  echo 'trainer: {num_nodes: 1}' > train.yaml
  refused " no 'data.global_batch_size'; set it there or give --batch-size N"
  echo 'data: {global_batchsize: 64}' > train.yaml
  refused " no 'data.global_batch_size' (though there is 'data.global_batchsize'); set it there or give --batch-size N"
  echo 'Data: {global_batch_size: 64}' > train.yaml
  refused " no 'data.global_batch_size' (though there is 'Data'); set it there or give --batch-size N"
  echo 'data.global_batch_size: 64' > train.yaml
  refused " no 'data.global_batch_size' (though 'data.global_batch_size' is one key; write 'global_batch_size' below 'data:'); set it there or give --batch-size N"
  echo 'data: {global_batch_size: 64}' > train.yaml
  refused " neither 'data.seq_length' nor 'model.encoder_seq_length'; set one there or give --seq-len N"
  echo 'data: {global_batch_size: 64, seq_lenght: 4096}' > train.yaml
  refused " neither 'data.seq_length' (though there is 'data.seq_lenght') nor 'model.encoder_seq_length'; set one there or give --seq-len N"
}

@test "a misspelled key chooses no other value in silence" {
  transcript <<'END'
$ printf 'data: {global_batch_size: 64, seq_lenght: 4096}\nmodel: {encoder_seq_length: 8192}\n' > train.yaml
$ nkibench metrics training.seq_len
! nkibench: warning: train.yaml: no 'data.seq_length' (though there is 'data.seq_lenght'); 'model.encoder_seq_length' is taken
training.seq_len  8192 tokens  train.yaml: model.encoder_seq_length
$ printf 'trainer: {num_node: 4}\ndata: {global_batch_size: 64, seq_length: 4096}\n' > train.yaml
$ nkibench metrics training.num_nodes
! nkibench: warning: train.yaml: no 'trainer.num_nodes' (though there is 'trainer.num_node'); 1 node is assumed
training.num_nodes  1 nodes  default
END
}
