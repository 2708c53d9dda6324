/* Real training configurations. */
#include "yaml_case.h"

static const char *corpus_file(const char *variable, const char *name, char path[1024])
{
    const char *folder = getenv(variable);
    if (!folder || !*folder) {
        print_message("SKIPPED: %s is not set, %s not read\n", variable, name);
        skip();
    }
    snprintf(path, 1024, "%s/%s", folder, name);
    return path;
}

/* Every YAML the goldens list: the numbers upstream takes from it, and where upstream takes none
 * the intended one. */
static void test_corpus(void **state)
{
    char path[1024];
    struct nkb_buf table = NKB_BUF_INIT;
    (void)state;
    if (nkb_file_read(corpus_file("GOLDENS", "yaml.tsv", path), NULL, 1 << 20, &table, &f.err) !=
        0) {
        print_message("SKIPPED: %s\n", f.err.text);
        skip();
    }
    int files = 0, references = 0;
    char *line, *rest = table.data;
    while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
        char *name = strtok_r(line, "\t", &line), *batch = strtok_r(line, "\t", &line),
             *length = line;
        if (strcmp(name, "file") == 0)
            continue;
        struct nkb_buf text = NKB_BUF_INIT;
        assert_true(strncmp(name, "corpus/", 7) == 0);
        corpus_file("CORPUS", name + 7, path);
        assert_int_equal(nkb_file_read(path, NULL, NKB_YAML_MAX_BYTES, &text, &f.err), 0);
        if (read_yaml(nkb_buf_str(&text), true) != 0)
            fail_msg("%s: %s", name, f.err.text);
        nkb_buf_free(&text);
        const struct nkb_value *got_batch = nkb_value_path(f.root, "data.global_batch_size");
        const struct nkb_value *got_length = nkb_value_path(f.root, "data.seq_length");
        if (strncmp(batch, "int ", 4) == 0)
            assert_int_equal(got_batch->as.integer, atoll(batch + 4));
        else
            assert_null(got_batch);
        if (strncmp(length, "int ", 4) == 0) {
            assert_int_equal(got_length->as.integer, atoll(length + 4));
        } else if (strncmp(length, "str ${model.encoder_seq_length}", 31) == 0) {
            assert_true(nkb_value_is(got_length, NKB_INT));
            assert_int_equal(got_length->as.integer,
                             nkb_value_path(f.root, "model.encoder_seq_length")->as.integer);
            references++;
        } else {
            assert_null(got_length);
        }
        files++;
    }
    nkb_buf_free(&table);
    assert_true(files >= 50 && references >= 7);
}

/* neuronx-nemo-megatron's file has every kind: a value to be given, references, a product. */
static void test_a_public_file_of_another_kind(void **state)
{
    char path[1024];
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    corpus_file("CORPUS", "public/yaml/nnm__megatron_llama_config.yaml", path);
    if (nkb_file_read(path, NULL, NKB_YAML_MAX_BYTES, &text, &f.err) != 0) {
        print_message("SKIPPED: %s\n", f.err.text);
        skip();
    }
    assert_int_equal(read_yaml(nkb_buf_str(&text), true), 0);
    nkb_buf_free(&text);
    assert_true(nkb_value_is(nkb_value_path(f.root, "model.data.data_prefix"), NKB_ABSENT));
    int64_t tensor = nkb_value_path(f.root, "model.tensor_model_parallel_size")->as.integer;
    int64_t pipeline = nkb_value_path(f.root, "model.pipeline_model_parallel_size")->as.integer;
    assert_int_equal(
        nkb_value_path(f.root, "exp_manager.checkpoint_callback_params.model_parallel_size")
            ->as.integer,
        tensor * pipeline);
    assert_int_equal(nkb_value_path(f.root, "model.data.seq_length")->as.integer,
                     nkb_value_path(f.root, "model.encoder_seq_length")->as.integer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_corpus),
        TEST(test_a_public_file_of_another_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
