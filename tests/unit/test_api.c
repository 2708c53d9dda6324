/* The table of the API against what a rule can reach: nothing is missing on either side. */
#include "host_fixture.h"

#include <lua.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/buf.h"
#include "host/api.h"
#include "host/rule.h"
#include "host/runtime.h"

static const struct nkb_api_entry *const tables[] = {nkb_api_shape, nkb_api_calls, nkb_api_library};

static const struct nkb_api_entry *find_entry(const char *section, const char *name)
{
    for (size_t i = 0; i < 3; i++)
        for (const struct nkb_api_entry *entry = tables[i]; entry->section; entry++)
            if (strcmp(entry->section, section) == 0 && strcmp(entry->name, name) == 0)
                return entry;
    return NULL;
}

static void test_every_entry_has_its_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (const struct nkb_api_entry *entry = tables[i]; entry->section; entry++) {
            if (!entry->about || strlen(entry->about) < 3)
                fail_msg("%s %s has no text", entry->section, entry->name);
            if (!entry->gives)
                fail_msg("%s %s has no type", entry->section, entry->name);
            if (entry->since < 0 || entry->since > NKB_API_LEVEL)
                fail_msg("%s %s came with API %d", entry->section, entry->name, entry->since);
            if (find_entry(entry->section, entry->name) != entry)
                fail_msg("%s %s is there twice", entry->section, entry->name);
        }
    for (const struct nkb_api_metric *metric = nkb_api_metrics; metric->path; metric++)
        if (!metric->about || strlen(metric->about) < 3)
            fail_msg("%s has no text", metric->path);
}

/* Prints "section name" of everything that can be reached, one a line. */
static const char walker[] =
    "local out = {}\n"
    "local function walk(section, t) for name in pairs(t) do out[#out + 1] = section .. ' ' .. "
    "name end end\n"
    "local function try(section, x, names)\n"
    "  for name in names:gmatch '%S+' do\n"
    "    if pcall(function() return x[name] end) then out[#out + 1] = section .. ' ' .. name end\n"
    "  end\n"
    "end\n"
    "return { api = 1,\n"
    "  check = function(m, p, c) walk('c', c); try('m', m, '@M@') end,\n"
    "  score = function(m, p, t)\n"
    "    walk('lua', _G); walk('t', t); walk('nkb', nkb)\n"
    "    for _, name in ipairs { 'audit', 'fmt', 'json', 'stats' } do walk('nkb.' .. name, "
    "nkb[name]) end\n"
    "    for _, name in ipairs { 'string', 'table', 'math', 'utf8' } do walk(name, _G[name]) end\n"
    "    try('node', t:value('x', 1), '@NODE@')\n"
    "    local o = nkb.object()\n"
    "    for name in ('@OBJECT@'):gmatch '%S+' do if o[name] then out[#out + 1] = 'object ' .. "
    "name end end\n"
    "    return 1\n"
    "  end,\n"
    "  console = function(r) walk('r', r); try('r', r, 'm p'); return table.concat(out, '\\n') .. "
    "'\\n' end,\n"
    "}\n";

/* The names of a section with spaces between. */
static const char *names_of(struct nkb_arena *arena, const char *section)
{
    const char *names = "";
    for (const struct nkb_api_entry *entry = nkb_api_calls; entry->section; entry++)
        if (strcmp(entry->section, section) == 0)
            names = nkb_arena_printf(arena, "%s%s%s", names, *names ? " " : "", entry->name);
    return names;
}

static const char *replace(struct nkb_arena *arena, const char *text, const char *mark,
                           const char *by)
{
    const char *at = strstr(text, mark);
    assert_non_null(at);
    return nkb_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, by, at + strlen(mark));
}

static bool contains_line(const char *text, const char *line)
{
    size_t len = strlen(line);
    for (const char *at = text; (at = strstr(at, line)) != NULL; at += len)
        if ((at == text || at[-1] == '\n') && at[len] == '\n')
            return true;
    return false;
}

static void test_what_can_be_reached_is_in_the_table(void **state)
{
    (void)state;
    struct fixture f;
    struct nkb_buf out = NKB_BUF_INIT;
    fixture_open(&f);
    const char *rule = replace(&f.arena, walker, "@M@", names_of(&f.arena, "m"));
    rule = replace(&f.arena, rule, "@NODE@", names_of(&f.arena, "node"));
    rule = replace(&f.arena, rule, "@OBJECT@", names_of(&f.arena, "object"));
    if (fixture_load(&f, rule) != 0 || fixture_score(&f) != 0 ||
        fixture_layout(&f, "console", &out) != 0)
        fail_msg("%s", f.err.text);
    nkb_buf_char(&out, '\0');
    assert_false(out.failed);

    for (char *line = out.data; *line;) {
        char *end = strchr(line, '\n'), *space = strchr(line, ' ');
        assert_true(end && space && space < end);
        *end = *space = '\0';
        if (!find_entry(line, space + 1))
            fail_msg("a rule reaches %s %s; src/host/api_*.c has no entry", line, space + 1);
        *end = '\n';
        *space = ' ';
        line = end + 1;
    }
    for (size_t i = 0; i < 3; i++)
        for (const struct nkb_api_entry *entry = tables[i]; entry->section; entry++) {
            const char *section = entry->section;
            if (entry->since == 0 || strcmp(section, "rule") == 0 ||
                strcmp(section, "param") == 0 || strcmp(section, "need") == 0)
                continue;
            if (!contains_line(out.data, nkb_arena_printf(&f.arena, "%s %s", section, entry->name)))
                fail_msg("the table has %s %s; no rule reaches it", section, entry->name);
        }
    nkb_buf_free(&out);
    fixture_close(&f);
}

/* A list of host.rule against a section of the table. */
static void compare_shape(lua_State *L, const char *list, const char *section)
{
    size_t count = 0;
    nkb_runtime_push(L, "rule", list);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++, count++) {
        if (!find_entry(section, lua_tostring(L, -1)))
            fail_msg("%s %s has no entry", section, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
    for (const struct nkb_api_entry *entry = nkb_api_shape; entry->section; entry++)
        if (strcmp(entry->section, section) == 0 && entry->name[0] != '[')
            count--;
    if (count != 0)
        fail_msg("%s: %zd more in the runtime than in the table", section, (ssize_t)count);
}

static void test_the_shape_of_a_rule_is_in_the_table(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_load(&f, "return { api = 1, score = function() return 1 end }"), 0);
    lua_State *L = f.host->state->L;
    compare_shape(L, "keys", "rule");
    compare_shape(L, "param_keys", "param");
    compare_shape(L, "needs", "need");
    fixture_close(&f);
}

static void test_the_sample_has_every_metric(void **state)
{
    (void)state;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_value *m = nkb_api_sample(&arena);
    for (const struct nkb_api_metric *metric = nkb_api_metrics; metric->path; metric++) {
        char path[200];
        size_t len = 0;
        for (const char *c = metric->path; *c; c++) /* "[]" is ".0" */
            if (*c == '[')
                path[len++] = '.';
            else
                path[len++] = *c == ']' ? '0' : *c;
        path[len] = '\0';
        if (!nkb_value_path(m, path))
            fail_msg("no %s", path);
    }
    double x = 0;
    assert_true(nkb_value_number(nkb_value_path(m, "hlo.modules.0.executed.nki_ratio"), &x));
    assert_true(x == 1);
    nkb_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_entry_has_its_text),
        cmocka_unit_test(test_what_can_be_reached_is_in_the_table),
        cmocka_unit_test(test_the_shape_of_a_rule_is_in_the_table),
        cmocka_unit_test(test_the_sample_has_every_metric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
