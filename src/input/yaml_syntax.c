/* libyaml's complaints in our words: what is wrong, what would be right, at a line and column a
 * person can go to. A complaint that is not in the table is passed on as libyaml words it. */
#include "input/yaml.h"

#include "base/text.h"

/* {} stands for the line where the list, mapping or quote in question began. */
static const struct {
    const char *problem, *ours;
} wordings[] = {
    {"found a tab character that violates indentation",
     "a tab in the indentation; YAML indents with spaces"},
    {"found a tab character where an indentation space is expected",
     "a tab in the indentation; YAML indents with spaces"},
    {"mapping values are not allowed in this context",
     "':' has no place here; quote the text that holds it, or correct the indentation"},
    {"mapping keys are not allowed in this context",
     "'?' has no place here; quote the text, or correct the indentation"},
    {"block sequence entries are not allowed in this context",
     "'-' has no place here; begin the list on a line of its own, or quote the text"},
    {"could not find expected ':'", "a key without ':'; 'key: value' is expected"},
    {"did not find expected key",
     "this does not continue the mapping that begins in line {}; correct the indentation or the "
     "quotes"},
    {"did not find expected '-' indicator",
     "this does not continue the list that begins in line {}; correct the indentation"},
    {"did not find expected ',' or ']'",
     "the list opened in line {} is not closed; ',' or ']' is expected"},
    {"did not find expected ',' or '}'",
     "the mapping opened in line {} is not closed; ',' or '}' is expected"},
    {"found unexpected end of stream", "the quote opened in line {} is not closed"},
    {"found unexpected document indicator", "the quote opened in line {} is not closed"},
    {"found unknown escape character",
     "an escape YAML does not know; double the backslash, or use single quotes"},
    {"did not find expected hexdecimal number",
     "an escape without its hexadecimal digits; double the backslash, or use single quotes"},
    {"found invalid Unicode character escape code",
     "an escape that is no character; double the backslash, or use single quotes"},
    {"found undefined tag handle", "a tag with a handle nobody declared; remove the tag"},
    {"did not find expected node content", "a value is missing here"},
    {"did not find expected <document start>",
     "text behind the end of the document; one document is expected"},
    {"did not find expected alphabetic or numeric character",
     "'*' and '&' begin an alias or anchor; quote the text"},
    {"did not find expected comment or line break",
     "text behind '|' or '>'; the block begins on the next line"},
    {"found undefined alias", "an alias without its anchor"},
};

/* The byte at libyaml's character index; 0 past the end. */
static unsigned char byte_at(struct nkb_str text, size_t character)
{
    size_t at = 0;
    for (; at < text.len; at++)
        if (((unsigned char)text.ptr[at] & 0xc0) != 0x80 && character-- == 0)
            return (unsigned char)text.ptr[at];
    return 0;
}

int nkb_yaml_syntax(struct nkb_yaml *y, const yaml_parser_t *parser, struct nkb_str text)
{
    const char *problem = parser->problem ? parser->problem : "malformed";
    uint32_t line, column;

    if (parser->error == YAML_MEMORY_ERROR)
        return nkb_err_memory(y->err);
    if (parser->error == YAML_READER_ERROR) {
        nkb_document_place(text, parser->problem_offset, &line, &column);
        return nkb_yaml_refuse(y, line, column,
                               "control character U+%04X; remove it, or escape it in double quotes",
                               (unsigned)parser->problem_value);
    }

    /* A key without its colon is noticed only behind it, on a later line. */
    bool at_key = strcmp(problem, "could not find expected ':'") == 0;
    const yaml_mark_t *mark = at_key ? &parser->context_mark : &parser->problem_mark;
    line = (uint32_t)mark->line + 1;
    column = (uint32_t)mark->column + 1;
    if (strcmp(problem, "found character that cannot start any token") == 0) {
        unsigned char c = byte_at(text, parser->problem_mark.index);
        if (c == '\t')
            return nkb_yaml_refuse(y, line, column, "%s", wordings[0].ours);
        return nkb_yaml_refuse(y, line, column, "'%c' begins no value; quote the text", c);
    }
    for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++) {
        if (strcmp(problem, wordings[i].problem) != 0)
            continue;
        const char *ours = wordings[i].ours, *hole = strstr(ours, "{}");
        if (!hole)
            return nkb_yaml_refuse(y, line, column, "%s", ours);
        return nkb_yaml_refuse(y, line, column, "%.*s%zu%s", (int)(hole - ours), ours,
                               parser->context_mark.line + 1, hole + 2);
    }
    return nkb_yaml_refuse(y, line, column, "no well-formed YAML: %s", problem);
}
