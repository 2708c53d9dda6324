/* The Lua inside the program: its compiled form is that of its text, and stands for no other text.
 */
#include <lauxlib.h>
#include <stdlib.h>

#include "host/embedded.h"
#include "host_fixture.h"

static int keep_block(lua_State *L, const void *block, size_t size, void *context)
{
    (void)L;
    nkb_buf_append(context, block, size);
    return 0;
}

/* Whoever changes a script and forgets the compiled one would run the old one and read the new. */
static void test_code_is_of_the_text(void **state)
{
    (void)state;
    lua_State *L = luaL_newstate();
    size_t compiled = 0;
    assert_non_null(L);
    if (nkb_embedded_lua[0] == '\0') {
        lua_close(L);
        skip(); /* built for another machine: there is the text alone */
    }
    for (size_t i = 0; i < nkb_embedded_count; i++) {
        const struct nkb_embedded *file = &nkb_embedded_files[i];
        struct nkb_buf code = NKB_BUF_INIT;
        if (!file->chunk)
            continue;
        assert_int_equal(luaL_loadbufferx(L, file->data, file->size, file->chunk, "t"), LUA_OK);
        assert_int_equal(lua_dump(L, keep_block, &code, 0), 0);
        lua_settop(L, 0);
        if (code.len != file->code_size || memcmp(code.data, file->code, code.len) != 0)
            fail_msg("%s: not what its text compiles to", file->name);
        nkb_buf_free(&code);
        compiled++;
    }
    lua_close(L);
    assert_non_null(nkb_embedded_find("rules/score.lua")->chunk);
    assert_non_null(nkb_embedded_find("scripts/runtime/base.lua")->chunk);
    assert_null(nkb_embedded_find("scripts/templates/rule.lua")->chunk);
    assert_true(compiled > 50);
}

static void test_only_the_programs_own_text_is_known(void **state)
{
    (void)state;
    const struct nkb_embedded *file = nkb_embedded_find("rules/score.lua");
    assert_ptr_equal(nkb_embedded_of(file->data, file->size), file);
    assert_null(nkb_embedded_of(file->data, file->size - 1));
    assert_null(nkb_embedded_of(file->data + 1, file->size - 1));
    char *copy = malloc(file->size + 1);
    assert_non_null(copy);
    memcpy(copy, file->data, file->size + 1);
    assert_null(nkb_embedded_of(copy, file->size));
    free(copy);
    assert_null(nkb_embedded_of(NULL, 0));
}

/* A bundled rule under another name, as its own text and as compiled: the one is compiled anew, so
 * that messages name what was loaded; the other is refused as anybody's is. */
static void test_rule_of_another_name(void **state)
{
    (void)state;
    const struct nkb_embedded *file = nkb_embedded_find("rules/mfu.lua");
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_load_bytes(&f, (struct nkb_str){file->data, file->size}), 0);
    assert_string_equal(nkb_host_rule_text(f.host, "name"), "mfu");
    if (file->code) {
        assert_int_equal(fixture_load_bytes(&f, (struct nkb_str){file->code, file->code_size}),
                         NKB_ERULE);
        assert_string_equal(f.err.text, "score.lua: is compiled Lua; source text is expected");
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code_is_of_the_text),
        cmocka_unit_test(test_only_the_programs_own_text_is_known),
        cmocka_unit_test(test_rule_of_another_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
