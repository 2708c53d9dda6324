/* metaneff.pb: the module is found whatever the number of its field, and nothing else is taken for
 * such a file. */
#include "hlo_proto_case.h"

#include "input/hlo_metaneff.h"

/* An HloModuleProto of one computation as XLA writes it: name, name of the entry, computation. */
static struct nkb_buf named_module(const char *entry_name)
{
    struct nkb_buf in = instruction_of("add"), computation = NKB_BUF_INIT, module = NKB_BUF_INIT;

    put_text(&computation, 1, "c");
    put_message(&computation, 2, &in);
    put_int(&computation, 5, 1);
    put_int(&computation, 6, 1);
    put_text(&module, 1, "SyncTensorsGraph.12");
    if (entry_name)
        put_text(&module, 2, entry_name);
    put_message(&module, 3, &computation);
    put_int(&module, 6, 1);
    return module;
}

static void put_tensor(struct nkb_buf *out, uint32_t number, const char *name)
{
    struct nkb_buf tensor = NKB_BUF_INIT;
    const int64_t shape[] = {2, 128};

    put_text(&tensor, 1, name);
    put_packed(&tensor, 2, shape, 2);
    put_int(&tensor, 3, 10);
    put_message(out, number, &tensor);
}

static struct nkb_buf metaneff_of(struct nkb_buf *module, uint32_t number, int inputs)
{
    struct nkb_buf out = NKB_BUF_INIT;
    for (int i = 0; i < inputs; i++)
        put_tensor(&out, 1, "input0");
    put_tensor(&out, 2, "output0");
    put_message(&out, number, module);
    return out;
}

static int form_of(struct nkb_buf *bytes)
{
    struct reading r = read_within(bytes, &nkb_hlo_default_limits);
    int form = r.code == 0 ? (int)r.hlo.form : -1;
    if (form == NKB_FORM_METANEFF) {
        assert_int_equal(r.hlo.computation_count, 1);
        assert_string_equal(r.hlo.name.ptr, "SyncTensorsGraph.12");
    }
    done(&r);
    return form;
}

static void the_module_is_found_in_any_field_from_3_to_31(void **state)
{
    const uint32_t numbers[] = {3, 4, 7, 16, NKB_METANEFF_FIELD_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct nkb_buf module = named_module(i % 2 ? "main.3" : NULL);
        struct nkb_buf file = metaneff_of(&module, numbers[i], (int)i);
        put_text(&file, 9, "more");
        put_int(&file, 5, 1);
        assert_int_equal(form_of(&file), NKB_FORM_METANEFF);
    }
    struct nkb_buf module = named_module("main.3");
    struct nkb_buf file = metaneff_of(&module, NKB_METANEFF_FIELD_MAX + 1, 1);
    assert_int_not_equal(form_of(&file), NKB_FORM_METANEFF);
}

static void the_first_4096_fields_are_looked_at(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        struct nkb_buf module = named_module("main.3");
        struct nkb_buf file = metaneff_of(&module, 4, NKB_METANEFF_FIELDS_LOOKED_AT - 2 + extra);
        assert_int_equal(form_of(&file) == NKB_FORM_METANEFF, !extra);
    }
}

static void the_module_inside_is_judged_like_any_other(void **state)
{
    struct nkb_buf module = named_module("main.3"), other = named_module("main.3");
    (void)state;
    struct nkb_buf file = metaneff_of(&module, 4, 1);
    put_message(&file, 4, &other);
    expect(&file, "2 modules in one file; one is expected");

    module = named_module("main.3"), other = named_module("main.3");
    file = metaneff_of(&module, 4, 1);
    put_message(&file, 7, &other);
    expect(&file, "2 modules in one file; one is expected");

    module = named_module("main.3");
    put_text(&module, 2, "\xff");
    file = metaneff_of(&module, 4, 1);
    struct reading r = read_within(&file, &nkb_hlo_default_limits);
    assert_int_equal(r.code, NKB_EINPUT);
    assert_non_null(strstr(r.err.text, "serialized_graph_def.entry_computation_name"));
    done(&r);
}

static void other_files_are_what_they_were(void **state)
{
    struct nkb_buf module = named_module("main.3"), file = NKB_BUF_INIT, snapshot = NKB_BUF_INIT;
    (void)state;
    assert_int_equal(form_of(&module), NKB_FORM_PROTO);

    module = named_module("main.3");
    put_message(&file, 1, &module);
    struct nkb_buf assignment = NKB_BUF_INIT, buffer = NKB_BUF_INIT;
    put_int(&buffer, 1, 3);
    put_message(&assignment, 1, &buffer);
    put_int(&buffer, 1, 3);
    put_message(&assignment, 2, &buffer);
    put_int(&buffer, 1, 3);
    put_message(&assignment, 3, &buffer);
    put_message(&file, 3, &assignment);
    nkb_buf_append(&snapshot, file.data, file.len);
    assert_int_equal(form_of(&file), NKB_FORM_HLO_PROTO);

    struct nkb_buf literal = NKB_BUF_INIT, whole = NKB_BUF_INIT;
    const int64_t dims[] = {2};
    put_message(&whole, 1, &snapshot);
    put_shape(&literal, 1, 1, dims, 1);
    put_packed(&literal, 2, (const int64_t[]){1, 0}, 2);
    put_message(&whole, 3, &literal);
    assert_int_equal(form_of(&whole), NKB_FORM_SNAPSHOT);
}

/* Names of files, names of functions, places: it begins as a module does. */
static void put_stack_frame_index(struct nkb_buf *module)
{
    struct nkb_buf index = NKB_BUF_INIT, location = NKB_BUF_INIT;
    put_int(&location, 1, 1);
    put_text(&index, 1, "model.py");
    put_text(&index, 2, "forward");
    put_message(&index, 3, &location);
    put_message(module, 17, &index);
}

static struct nkb_buf nameless_module(void)
{
    struct nkb_buf in = instruction_of("add"), module = module_of(&in), out = NKB_BUF_INIT;
    nkb_buf_append(&out, module.data + 3, module.len - 3); /* the name "m" and its header */
    nkb_buf_free(&module);
    return out;
}

static void a_bare_module_without_a_name_in_front_is_bare(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct nkb_buf module = nameless_module();
        put_stack_frame_index(&module);
        if (named)
            put_text(&module, 1, "at the end");
        struct reading r = read_within(&module, &nkb_hlo_default_limits);
        assert_int_equal(r.code, 0);
        assert_int_equal(r.hlo.form, NKB_FORM_PROTO);
        assert_int_equal(r.hlo.computation_count, 1);
        assert_int_equal(r.hlo.instruction_count, 1);
        assert_string_equal(r.hlo.name.len ? r.hlo.name.ptr : "", named ? "at the end" : "");
        done(&r);
    }
}

/* Nor is one that is no module read as what its index looks like: that would be 0 MACs. */
static void a_faulty_bare_module_is_refused_as_such(void **state)
{
    (void)state;
    struct nkb_buf module = nameless_module();
    put_stack_frame_index(&module);
    put_text(&module, 2, "\xff");
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    assert_int_equal(r.code, NKB_EINPUT);
    assert_non_null(strstr(r.err.text, "entry_computation_name"));
    assert_null(strstr(r.err.text, "serialized_graph_def"));
    done(&r);
}

/* What stops short, is too long, or has names that are none, is no metaneff.pb. */
static void a_field_that_only_begins_so_is_not_taken(void **state)
{
    struct nkb_wire wire;
    const char *const bytes[] = {
        "",
        "\x12\x02\x08\x01",          /* a tensor alone */
        "\x22\x04\x0a\x02\x0a\x01",  /* a name with control characters */
        "\x22\x05\x0a\x01m\x12\x7f", /* longer than what it is in */
        "\x22\x03\x0a\x01m",         /* a name alone */
        "\x22\x06\x0a\x01m\x12\x01"
        "e",                                      /* no computation */
        "\x22\x09\x0a\x01m\x0a\x01m\x1a\x01\x01", /* two names */
        "\x22\x09\x12\x01m\x0a\x01m\x1a\x01\x01", /* in another order */
        "\x22\x03\x1a\x01\x01",                   /* a computation without a name */
        "\x22\x06\x0d"
        "abcd"
        "\x1a",                                            /* four bytes */
        "\x24",                                            /* a group's end */
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" /* no tag */
    };
    (void)state;
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        nkb_wire_from_bytes(&wire, nkb_str_from(bytes[i]));
        if (nkb_hlo_metaneff_fields(&wire) != 0)
            fail_msg("case %zu", i);
    }
    nkb_wire_from_bytes(&wire, nkb_str_from("\x22\x06\x0a\x01m\x1a\x01\x01"));
    assert_int_equal(nkb_hlo_metaneff_fields(&wire), 1 << 4);
    nkb_wire_from_bytes(&wire, nkb_str_from("\x08\x01\x0d"
                                            "abcd"
                                            "\x09"
                                            "abcdefgh"
                                            "\x22\x06\x0a\x01m\x1a\x01\x01"));
    assert_int_equal(nkb_hlo_metaneff_fields(&wire), 1 << 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_module_is_found_in_any_field_from_3_to_31),
        cmocka_unit_test(the_first_4096_fields_are_looked_at),
        cmocka_unit_test(the_module_inside_is_judged_like_any_other),
        cmocka_unit_test(other_files_are_what_they_were),
        cmocka_unit_test(a_bare_module_without_a_name_in_front_is_bare),
        cmocka_unit_test(a_faulty_bare_module_is_refused_as_such),
        cmocka_unit_test(a_field_that_only_begins_so_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
