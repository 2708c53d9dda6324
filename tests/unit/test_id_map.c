/* Ids to positions, whoever chose the ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "input/id_map.h"

#define NONE UINT32_MAX

static void test_the_last_of_repeated_ids_counts(void **state)
{
    const int64_t ids[] = {7, -3, 7, INT64_MIN, INT64_MAX, 0, -3};
    struct nkb_id_map map = {0};

    (void)state;
    assert_true(nkb_id_map_build(&map, ids, sizeof ids[0], 7));
    assert_int_equal(nkb_id_map_find(&map, 7, NONE), 2);
    assert_int_equal(nkb_id_map_find(&map, -3, NONE), 6);
    assert_int_equal(nkb_id_map_find(&map, INT64_MIN, NONE), 3);
    assert_int_equal(nkb_id_map_find(&map, INT64_MAX, NONE), 4);
    assert_int_equal(nkb_id_map_find(&map, 0, NONE), 5);
    assert_true(nkb_id_map_find(&map, 8, NONE) == NONE);
    nkb_id_map_free(&map);
}

static void test_an_empty_map_finds_nothing(void **state)
{
    struct nkb_id_map map = {0};

    (void)state;
    assert_true(nkb_id_map_find(&map, 0, NONE) == NONE);
    assert_true(nkb_id_map_build(&map, NULL, sizeof(int64_t), 0));
    assert_true(nkb_id_map_find(&map, 0, NONE) == NONE);
    nkb_id_map_free(&map);
}

static void test_a_map_is_used_again(void **state)
{
    const int64_t first[] = {1, 2, 3}, second[] = {2};
    struct nkb_id_map map = {0};

    (void)state;
    assert_true(nkb_id_map_build(&map, first, sizeof first[0], 3));
    assert_true(nkb_id_map_build(&map, second, sizeof second[0], 1));
    assert_int_equal(nkb_id_map_find(&map, 2, NONE), 0);
    assert_true(nkb_id_map_find(&map, 1, NONE) == NONE);
    nkb_id_map_free(&map);
}

/* Ids that differ only above the bits the table looks at. */
static void chosen_ids(uint32_t count, bool expect_sorted)
{
    int64_t *ids = malloc(count * sizeof *ids);
    struct nkb_id_map map = {0};

    assert_non_null(ids);
    for (uint32_t i = 0; i < count; i++)
        ids[i] = (int64_t)(count - i) << 24;
    assert_true(nkb_id_map_build(&map, ids, sizeof *ids, count));
    assert_int_equal(map.form, expect_sorted ? NKB_ID_MAP_SORTED : NKB_ID_MAP_HASHED);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(nkb_id_map_find(&map, ids[i], NONE), i);
    assert_true(nkb_id_map_find(&map, 5, NONE) == NONE);
    assert_true(nkb_id_map_find(&map, 0, NONE) == NONE);
    nkb_id_map_free(&map);
    free(ids);
}

static void test_ids_chosen_to_collide_are_sorted_instead(void **state)
{
    (void)state;
    chosen_ids(NKB_ID_MAP_PROBES, false);
    chosen_ids(NKB_ID_MAP_PROBES + 1, true);
    chosen_ids(100000, true);
}

static void test_repeated_ids_survive_sorting(void **state)
{
    enum { COUNT = 200 };
    int64_t ids[2 * COUNT];
    struct nkb_id_map map = {0};

    (void)state;
    for (int64_t i = 0; i < COUNT; i++)
        ids[i] = ids[COUNT + i] = i << 40 << 10;
    assert_true(nkb_id_map_build(&map, ids, sizeof ids[0], 2 * COUNT));
    assert_int_equal(map.form, NKB_ID_MAP_SORTED);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(nkb_id_map_find(&map, ids[i], NONE), COUNT + i);
    nkb_id_map_free(&map);
}

/* Ids of a shuffled range with gaps, and one more than such a range may have. */
static void test_a_range_is_a_table_by_distance(void **state)
{
    const int64_t base = INT64_C(7) << 32;
    const int64_t range[] = {base + 7, base + 2, base + 5, base + 2},
                  wide[] = {base + 8, base, base + 5, base + 2},
                  ends[] = {INT64_MAX, INT64_MIN, INT64_MIN + 1};
    struct nkb_id_map map = {0};

    (void)state;
    assert_true(nkb_id_map_build(&map, range, sizeof range[0], 4));
    assert_int_equal(map.form, NKB_ID_MAP_RANGE);
    assert_int_equal(nkb_id_map_find(&map, base + 7, NONE), 0);
    assert_int_equal(nkb_id_map_find(&map, base + 2, NONE), 3);
    assert_int_equal(nkb_id_map_find(&map, base + 5, NONE), 2);
    const int64_t none[] = {base + 1, base + 3, base + 6, base + 8, 0, -1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_true(nkb_id_map_find(&map, none[i], NONE) == NONE);

    assert_true(nkb_id_map_build(&map, wide, sizeof wide[0], 4));
    assert_int_equal(map.form, NKB_ID_MAP_HASHED);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(nkb_id_map_find(&map, wide[i], NONE), i);

    assert_true(nkb_id_map_build(&map, ends, sizeof ends[0], 3));
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(nkb_id_map_find(&map, ends[i], NONE), i);
    nkb_id_map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_of_repeated_ids_counts),
        cmocka_unit_test(test_an_empty_map_finds_nothing),
        cmocka_unit_test(test_a_map_is_used_again),
        cmocka_unit_test(test_ids_chosen_to_collide_are_sorted_instead),
        cmocka_unit_test(test_repeated_ids_survive_sorting),
        cmocka_unit_test(test_a_range_is_a_table_by_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
