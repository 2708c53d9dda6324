/* References of a YAML document: what they give, what is refused, what is absent and why. */
#include "yaml_case.h"

static void test_references(void **state)
{
    static const char *const cases[][2] = {
        {"a: ${b}\nb: 1", "{\"a\": 1, \"b\": 1}"},
        {"a: ${b.c[1]}\nb: {c: [5, 6]}", "{\"a\": 6, \"b\": {\"c\": [5, 6]}}"},
        {"a: ${b.c.0}\nb: {c: [5, 6]}", "{\"a\": 5, \"b\": {\"c\": [5, 6]}}"},
        {"a: ${b[c][-1]}\nb: {c: [5, 6]}", "{\"a\": 6, \"b\": {\"c\": [5, 6]}}"},
        {"a: {b: '${.c}', c: 2}", "{\"a\": {\"b\": 2, \"c\": 2}}"},
        {"a: {b: {x: '${..c}'}, c: 2}", "{\"a\": {\"b\": {\"x\": 2}, \"c\": 2}}"},
        {"a: ['${.1}', 7]", "{\"a\": [7, 7]}"},
        {"a: ${d.${k}}\nk: x\nd: {x: 9}", "{\"a\": 9, \"k\": \"x\", \"d\": {\"x\": 9}}"},
        {"a: ${n_${k}}\nk: x\nn_x: 4", "{\"a\": 4, \"k\": \"x\", \"n_x\": 4}"},
        {"a: ${ b . c }\nb: {c: 1}", "{\"a\": 1, \"b\": {\"c\": 1}}"},
        {"a: x-${b}-y\nb: 1e-5", "{\"a\": \"x-1e-05-y\", \"b\": 1e-05}"},
        {"a: ${b}${c}\nb: true\nc: null", "{\"a\": \"TrueNone\", \"b\": true, \"c\": null}"},
        {"a: ${b}${b}${c}\nb: ''\nc: 5", "{\"a\": \"5\", \"b\": \"\", \"c\": 5}"},
        {"a: $b $$ {${b}}\nb: -3", "{\"a\": \"$b $$ {-3}\", \"b\": -3}"},
        {"a: \\${b}", "{\"a\": \"${b}\"}"},
        {"a: \\\\${b}\nb: 1", "{\"a\": \"\\\\1\", \"b\": 1}"},
        {"a: \\\\\\${b}", "{\"a\": \"\\\\${b}\"}"},
        {"a: c:\\d ${b}\\\nb: 1", "{\"a\": \"c:\\\\d 1\\\\\", \"b\": 1}"},
        {"a: ${b}\nb: [1, {c: '${..0}'}]", "{\"a\": [1, {\"c\": 1}], \"b\": [1, {\"c\": 1}]}"},
        {"a: ${b.x}\nb: ${c}\nc: {x: '${.y}', y: 2}",
         "{\"a\": 2, \"b\": {\"x\": 2, \"y\": 2}, \"c\": {\"x\": 2, \"y\": 2}}"},
        {"a: {b: 1, c: '${a.b}'}", "{\"a\": {\"b\": 1, \"c\": 1}}"},
        {"'${a}': 1", "{\"${a}\": 1}"},
        {"a: ${multiply:2,3}", "{\"a\": 6}"},
        {"a: '${multiply: ${b} , ${c} }'\nb: 2\nc: 1.5", "{\"a\": 3.0, \"b\": 2, \"c\": 1.5}"},
        {"a: ${multiply:-4,1e2}", "{\"a\": -400.0}"},
        {"a: ${oc.select:b}\nb: [3]", "{\"a\": [3], \"b\": [3]}"},
        {"a: {b: '${oc.select:.c}', c: 3}", "{\"a\": {\"b\": 3, \"c\": 3}}"},
        {"a: ${oc.select:z}", "{\"a\": null}"},
        {"a: ${oc.select:z.y[0],7}", "{\"a\": 7}"},
        {"a: ${oc.select:z,yes}", "{\"a\": \"yes\"}"},
        {"a: ${oc.select:z,True}", "{\"a\": true}"},
        {"a: ${oc.select:z,010}", "{\"a\": \"010\"}"},
        {"a: ${oc.select:z,null}", "{\"a\": null}"},
        {"a: ${oc.select:z,~}", "{\"a\": \"~\"}"},
        {"a: ${oc.select:z,.inf}", "{\"a\": \".inf\"}"},
        {"a: ${oc.select:z,'inf'}", "{\"a\": \"inf\"}"},
        {"a: ${oc.select:z,a\\,b c }", "{\"a\": \"a,b c\"}"},
        {"a: ${oc.select:z,'it\\'s ${b}'}\nb: 1", "{\"a\": \"it's 1\", \"b\": 1}"},
        {"a: ${oc.select:z,x${b}}\nb: 1", "{\"a\": \"x1\", \"b\": 1}"},
        {"a: ${oc.decode:'12'}", "{\"a\": 12}"},
        {"a: ${oc.decode:${b}}\nb: '0.5'", "{\"a\": 0.5, \"b\": \"0.5\"}"},
        {"a: ${oc.decode:${b}}\nb: null", "{\"a\": null, \"b\": null}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)

        expect(cases[i][0], cases[i][1]);
    assert_int_equal(read_yaml(nkb_str_from("a: ${b}"), false), 0); /* only when asked to */
    assert_string_equal(nkb_value_get(f.root, "a")->as.string.ptr, "${b}");
}

static void test_reference_refusals(void **state)
{
    static const char *const cases[][2] = {
        {"a: ${a}", "t.yaml:1:4: a reference that leads back to itself: a -> a"},
        {"a: ${b}\nb: x${c}\nc: ${a}",
         "t.yaml:3:4: a reference that leads back to itself: a -> b -> c -> a"},
        {"a: {b: '${a}'}", "t.yaml:1:8: a reference that leads back to itself: a -> a.b -> a"},
        {"a: {x: '${b}'}\nb: {y: '${a}'}",
         "t.yaml:2:8: a reference that leads back to itself: a -> a.x -> b.y -> a"},
        {"'${a}'",
         "t.yaml:1:1: a reference that leads back to itself: the document -> the document"},
        {"a0: ${a1}\na1: ${a2}\na2: ${a3}\na3: ${a4}\na4: ${a5}\na5: ${a6}\na6: ${a7}\na7: ${a8}\n"
         "a8: ${a9}\na9: ${a0}",
         "t.yaml:10:5: a reference that leads back to itself: a0 -> ... -> a2 -> a3 -> a4 -> a5 -> "
         "a6 "
         "-> a7 -> a8 -> a9 -> a0"},
        {"a: ${", "t.yaml:1:4: '${': '${' is not closed; write \\${ for a text"},
        {"a: ${b", "t.yaml:1:4: '${b': '${' is not closed; write \\${ for a text"},
        {"a: ${f:1", "t.yaml:1:4: '${f:1': '${' is not closed; write \\${ for a text"},
        {"a: '${}'", "t.yaml:1:4: '${}': a name is missing; write \\${ for a text"},
        {"a: ${b[0}", "t.yaml:1:4: '${b[0}': '[' is not closed; write \\${ for a text"},
        {"a: ${b c}",
         "t.yaml:1:4: '${b c}': '.' or '}' is expected behind a name; write \\${ for a "
         "text"},
        {"a: ${f:'x}", "t.yaml:1:4: '${f:'x}': a quote is not closed; write \\${ for a text"},
        {"a: ${f:'x'y}", "t.yaml:1:4: '${f:'x'y}': ',' or '}' is expected; write \\${ for a text"},
        {"a: ${f:[1", "t.yaml:1:4: '${f:[1': a bracket is not closed; write \\${ for a text"},
        {"a: ${oc.select:'b c'}", "t.yaml:1:4: '${oc.select:'b c'}': the key of oc.select is no "
                                  "path; write \\${ for a text"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refusal(cases[i][0], cases[i][1]);
}

static void test_a_name_that_is_not_there_is_absent(void **state)
{
    static const char *const cases[][2] = {
        {"a: ${model.encoder_seq_lenght}\nmodel: {encoder_seq_length: 1}",
         "'${model.encoder_seq_lenght}' names no value: there is no 'encoder_seq_lenght'; did you "
         "mean 'encoder_seq_length'?"},
        {"a: ${HOME}/x", "'${HOME}/x' names no value: there is no 'HOME' in the document; write "
                         "\\${ for a text"},
        {"a: ${b.zzzz}\nb: {c: 3}", "'${b.zzzz}' names no value: there is no 'zzzz' in a mapping; "
                                    "write \\${ for a text"},
        {"a: ${b.c}\nb: 3", "'${b.c}' names no value: there is no 'c' in an integer; write \\${ "
                            "for a text"},
        {"a: ${b[1]}\nb: [1]", "'${b[1]}' names no value: a list of 1 has no item '1'"},
        {"a: ${b[-2]}\nb: [1]", "'${b[-2]}' names no value: a list of 1 has no item '-2'"},
        {"a: ${b.x}\nb: [1]", "'${b.x}' names no value: a list of 1 has no item 'x'"},
        {"a: ${...c}", "'${...c}' reaches above the document; use fewer dots"},
        {"a: ${oc.select:...c,1}",
         "'${oc.select:...c,1}' reaches above the document; use fewer dots"},
        {"a: x${zz}y", "'x${zz}y' names no value: there is no 'zz' in the document; write \\${ "
                       "for a text"},
        /* what depends on one */
        {"a: ${b}\nb: ${c}\nc: x${zz}",
         "'x${zz}' names no value: there is no 'zz' in the document; write \\${ for a text"},
        {"a: ${multiply:${zz},2}", "'${multiply:${zz},2}' names no value: there is no 'zz' in the "
                                   "document; write \\${ for a text"},
        {"a: ${b.c.d}\nb: ${zz}",
         "'${zz}' names no value: there is no 'zz' in the document; write \\${ for a text"},
        {"a: ${b.${zz}}\nb: {c: 1}", "'${b.${zz}}' names no value: there is no 'zz' in the "
                                     "document; write \\${ for a text"},
        {"a: ${oc.select:b.c,7}\nb: ${zz}",
         "'${zz}' names no value: there is no 'zz' in the document; write \\${ for a text"},
        {"a: ${oc.select:${zz},7}", "'${oc.select:${zz},7}' names no value: there is no 'zz' in "
                                    "the document; write \\${ for a text"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_absent(cases[i][0], "a", cases[i][1]);
    /* and what does not is left alone */
    expect("a: {b: '${a.zz}'}\nc: 1", "{\"a\": {\"b\": null}, \"c\": 1}"); /* no cycle */
    expect("a: ${zz}\nb: {c: '${zz}', d: '${e}'}\ne: [4, '${zz.y}']\nf: ${b}",
           "{\"a\": null, \"b\": {\"c\": null, \"d\": [4, null]}, \"e\": [4, null], "
           "\"f\": {\"c\": null, \"d\": [4, null]}}");
}

static void expect_place(const char *text, uint32_t line, uint32_t column)
{
    assert_int_equal(read_yaml(nkb_str_from(text), true), 0);
    const struct nkb_value *v = nkb_value_get(f.root, "a");
    assert_true(nkb_value_is(v, NKB_ABSENT));
    assert_int_equal(v->line, line);
    assert_int_equal(v->column, column);
}

static void test_an_absent_value_stands_where_its_reason_lies(void **state)
{
    (void)state;
    expect_place("a: ${zz}", 1, 4);
    expect_place("a: ${b}\nb: ${c}\nc:  x${zz}", 3, 5);
    expect_place("a: ${b.1}\nb: [1, '${zz}']", 2, 8);
    expect_place("b: ???\na: ${multiply:2,${b}}", 1, 4);
    expect_place("b: 1e999\na: x${b}", 1, 4);
    expect_place("b: &x .nan\na: *x", 1, 4);
    expect_place("b: 1\na: ${oc.select:z,1e999}", 2, 4);
    expect_place("b: ${oc.env:X}\na: ${now:${b}}", 2, 4);
}

static void test_what_the_file_alone_cannot_tell_is_absent(void **state)
{
    static const char *const cases[][2] = {
        {"a: ???", "??? stands for a value that must be given"},
        {"b: ???\na: x${b}", "??? stands for a value that must be given"},
        {"a: ${b.c}\nb: ???", "??? stands for a value that must be given"},
        {"a: ${now:%Y-%m-%d}", "'${now:%Y-%m-%d}' calls a resolver that is not known; "
                               "known are multiply, oc.select and oc.decode"},
        {"a: '${foo:[1, \"]\"], {b: c}, x}/y'", "'${foo:[1, \"]\"], {b: c}, x}/y' "
                                                "calls a resolver that is not known; known are "
                                                "multiply, oc.select and oc.decode"},
        {"a: ${oc.env:HOME,x}", "'${oc.env:HOME,x}' reads the environment, which a "
                                "result must not depend on"},
        {"b: ${oc.env:N}\na: ${multiply:${b},2}",
         "'${oc.env:N}' reads the environment, which a result must not depend on"},
        {"a: ${multiply:2}", "'${multiply:2}' gives a resolver the wrong number of arguments"},
        {"a: ${oc.select:}", "'${oc.select:}' gives a resolver the wrong number of arguments"},
        {"a: ${multiply:x,2}", "'${multiply:x,2}' multiplies what is no number"},
        {"a: ${multiply:true,2}", "'${multiply:true,2}' multiplies what is no number"},
        {"a: ${multiply:4611686018427387904,2}",
         "'${multiply:4611686018427387904,2}' gives a product beyond 63 bits"},
        {"a: ${oc.select:7}", "'${oc.select:7}' selects by a key that is no text"},
        {"a: ${oc.decode:7}", "'${oc.decode:7}' decodes what is no text"},
        {"a: '${oc.decode:\"[1]\"}'", "'${oc.decode:\"[1]\"}' decodes more than a plain value"},
        {"a: ${oc.select:z,[]}", "'${oc.select:z,[]}' has a list or mapping as an "
                                 "argument, which is not evaluated"},
        {"a: t${b}\nb: [1]", "'t${b}' puts a list or mapping into a text"},
        {"a: ${b}\nb: 1e999", "1e999 does not fit a double"},
        {"a: ${b}\nb: .nan", "'.nan' is not a finite number"},
        {"a: x${b}\nb: -.inf", "'-.inf' is not a finite number"},
        {"a: ${multiply:${b},2}\nb: .inf", "'.inf' is not a finite number"},
        {"a: ${multiply:1e200,1e200}", "'${multiply:1e200,1e200}' gives a product beyond a double"},
        {"a: ${oc.select:z,-Inf}", "'-Inf' is not a finite number"},
        {"a: ${oc.decode:nan}", "'nan' is not a finite number"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_absent(cases[i][0], "a", cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_references),
        TEST(test_reference_refusals),
        TEST(test_a_name_that_is_not_there_is_absent),
        TEST(test_an_absent_value_stands_where_its_reason_lies),
        TEST(test_what_the_file_alone_cannot_tell_is_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
