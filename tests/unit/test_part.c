/* Parts of scans as bytes: what is written is read back, equal parts have equal bytes, and every
 * member of a struct has its row. */
#include "part_sample.h"

#include <stdlib.h>
#include <string.h>

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    struct nkb_part part = sample(), again;
    struct nkb_buf twice = NKB_BUF_INIT;
    write_sample();
    assert_true(nkb_part_detect(nkb_buf_str(&bytes)));
    assert_int_equal(read_whole(nkb_buf_str(&bytes), ENGINE, &arena, &again, &err), 0);
    assert_true(nkb_record_equal(&nkb_part_record, &part, &again, 0));
    const struct nkb_module *m = &again.modules[0];
    assert_int_equal(m->kernels[0].executed_macs, INT64_MIN);
    assert_int_equal(m->kernels[0].macs, INT64_MAX);
    assert_int_equal(m->loops[1].name.len, 3);
    assert_memory_equal(m->loops[1].name.ptr, "a\0b", 4);
    assert_true(m->static_macs.nki_ratio == 0.25 && m->executed.nki_ratio == 0.1);
    assert_null(m->error);
    assert_false(m->groups[NKB_BY_OPCODE].made);
    assert_null(again.modules[1].groups);
    assert_int_equal(m->groups[NKB_BY_SCOPE].at[0].figures[NKB_FIGURES - 1], INT64_MIN);
    assert_int_equal(m->groups[NKB_BY_SCOPE].at[0].absent, UINT32_MAX);
    assert_int_equal(m->groups[NKB_BY_INSTRUCTION].rest.absent, 5);
    assert_string_equal(again.modules[1].why_no_xla, "");
    assert_int_equal(write_whole(&again, ENGINE, &twice, &err), 0);
    assert_int_equal(twice.len, bytes.len);
    assert_memory_equal(twice.data, bytes.data, bytes.len);
    nkb_buf_free(&twice);
}

static void an_empty_part_is_a_part(void **state)
{
    (void)state;
    struct nkb_part none = {0}, again;
    assert_int_equal(write_whole(&none, ENGINE, &bytes, &err), 0);
    assert_int_equal(read_whole(nkb_buf_str(&bytes), ENGINE, &arena, &again, &err), 0);
    assert_true(nkb_record_equal(&nkb_part_record, &none, &again, 0));
}

static void a_difference_anywhere_is_a_difference(void **state)
{
    (void)state;
    struct nkb_module a = good("a"), b = good("a");
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b.ops = (struct nkb_op[]){ops[0]};
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b.ops[0].executed_flops++;
    assert_false(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b = good("a");
    b.diagnostic_count = 1;
    assert_false(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b = good("a");
    b.graph_digest[31] = 1;
    assert_false(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b = good("a");
    b.groups = NULL;
    assert_false(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, NKB_ASPECT_ASKED));
    b.groups = (struct nkb_groups[NKB_DIMENSIONS]){0}; /* nothing, said at length */
    a.groups = NULL;
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    a = b = good("a");
    b.stale = true; /* made anew, so no difference */
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    b.named = true; /* where it was found */
    assert_false(nkb_record_equal(&nkb_module_record, &a, &b, 0));
    assert_true(nkb_record_equal(&nkb_module_record, &a, &b, NKB_ASPECT_PLACE));
}

static void what_is_cut_off_is_in_the_rest(void **state)
{
    (void)state;
    struct nkb_group list[] = {
        {.figures = {5, 5, 5, 5}},
        {.figures = {1, INT64_MAX, 1, INT64_MIN}, .absent = 4},
        {.figures = {2, 1, 1, -1}},
    };
    struct nkb_groups all = {.made = true, .count = 3, .at = list};
    nkb_groups_cut(&all, 3);
    assert_false(all.has_rest);
    assert_int_equal(all.count, 3);
    nkb_groups_cut(&all, 2);
    assert_true(all.has_rest);
    assert_int_equal(all.rest.figures[1], 1);
    nkb_groups_cut(&all, 1);
    assert_int_equal(all.count, 1);
    assert_int_equal(all.rest.figures[0], 3);
    assert_int_equal(all.rest.absent, 2 | 4 | 8); /* beyond 63 bits, not had, beyond 63 bits */
    assert_true(all.rest.figures[1] == 0 && all.rest.figures[2] == 0 && all.rest.figures[3] == 0);
}

/* Which bytes of a struct no row speaks of. What is left must be padding: fewer than the eight
 * bytes an aligned member can skip, and none where two rows touch. */
static void cover(const struct nkb_record *record)
{
    unsigned char *covered = calloc(record->size, 1);
    size_t gap = 0, gaps = 0;
    assert_non_null(covered);
    for (uint32_t i = 0; i < record->count; i++) {
        const struct nkb_field *field = &record->fields[i];
        memset(covered + field->offset, 1, field->behind ? sizeof(void *) : field->size);
        if (field->kind == NKB_FIELD_LIST || field->kind == NKB_FIELD_TEXTS)
            memset(covered + field->count_offset, 1, sizeof(uint32_t));
        if (field->record) {
            if (field->kind == NKB_FIELD_RECORD)
                assert_int_equal(field->size, nkb_field_times(field) * field->record->size);
            cover(field->record);
        }
    }
    for (size_t i = 0; i < record->size; i++) {
        gap = covered[i] ? 0 : gap + 1;
        gaps += gap > 0;
        if (gap >= 8)
            fail_msg("%s: bytes before %zu have no row in src/model/module_record.c", record->name,
                     i);
    }
    assert_true(gaps * 8 < (size_t)record->size * 3);
    free(covered);
}

static void every_member_has_a_row(void **state)
{
    (void)state;
    cover(&nkb_part_record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_written_is_read_back, fresh),
        cmocka_unit_test_setup(an_empty_part_is_a_part, fresh),
        cmocka_unit_test_setup(a_difference_anywhere_is_a_difference, fresh),
        cmocka_unit_test_setup(what_is_cut_off_is_in_the_rest, fresh),
        cmocka_unit_test_setup(every_member_has_a_row, fresh),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nkb_arena_free(&arena);
    nkb_buf_free(&bytes);
    return failed;
}
