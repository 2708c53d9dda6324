/* Inputs too large for the repository, made on the spot and always the same: make_input pb|text N
 * writes a module of N dots, each with its parameter, metadata and shapes as a compiler leaves
 * them; make_input pb N COUNT one of COUNT computations of N dots; make_input log N a log of N
 * steps; make_input cache FOLDER FILES N a compile cache of modules of N dots, which differ in
 * their names, so that none repeats another. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/num.h"

enum { ROWS = 128, PATH_BYTES = 4096 };

static void put_varint(struct nkb_buf *out, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        nkb_buf_char(out, (char)(v | 0x80));
    nkb_buf_char(out, (char)v);
}

static void put_number(struct nkb_buf *out, unsigned field, uint64_t v)
{
    put_varint(out, (uint64_t)field << 3);
    put_varint(out, v);
}

static void put_text(struct nkb_buf *out, unsigned field, const char *text)
{
    put_varint(out, (uint64_t)field << 3 | 2);
    put_varint(out, strlen(text));
    nkb_buf_text(out, text);
}

static void put_message(struct nkb_buf *out, unsigned field, struct nkb_buf *message)
{
    put_varint(out, (uint64_t)field << 3 | 2);
    put_varint(out, message->len);
    nkb_buf_append(out, message->data, message->len);
    nkb_buf_free(message);
}

static void put_shape(struct nkb_buf *out, unsigned field)
{
    struct nkb_buf shape = NKB_BUF_INIT, layout = NKB_BUF_INIT;
    put_number(&shape, 2, 16); /* BF16 */
    put_number(&shape, 3, ROWS);
    put_number(&shape, 3, ROWS);
    put_number(&layout, 1, 1);
    put_number(&layout, 1, 0);
    put_message(&shape, 5, &layout);
    put_message(out, field, &shape);
}

static void put_metadata(struct nkb_buf *out, unsigned i)
{
    struct nkb_buf metadata = NKB_BUF_INIT;
    char name[96];
    snprintf(name, sizeof name, "jit(train_step)/layer_%u/mlp/dot_general", i % 32);
    put_text(&metadata, 1, "dot_general");
    put_text(&metadata, 2, name);
    put_text(&metadata, 3, "model.py");
    put_number(&metadata, 4, 100 + i % 900);
    put_message(out, 7, &metadata);
}

/* Field numbers: xla/service/hlo.proto and xla/xla_data.proto. Instruction ids follow `id`. */
static void put_computation(struct nkb_buf *module, const char *named, unsigned number, uint64_t id,
                            unsigned dots)
{
    struct nkb_buf computation = NKB_BUF_INIT;
    char name[32];

    put_text(&computation, 1, named);
    for (unsigned i = 0; i < 2 * dots; i++) {
        struct nkb_buf in = NKB_BUF_INIT, dimensions = NKB_BUF_INIT;
        snprintf(name, sizeof name, i % 2 ? "dot.%u" : "weight.%u", i);
        put_text(&in, 1, name);
        put_text(&in, 2, i % 2 ? "dot" : "parameter");
        put_shape(&in, 3);
        if (i % 2) {
            put_metadata(&in, i);
            put_number(&dimensions, 1, 1);
            put_number(&dimensions, 2, 0);
            put_message(&in, 30, &dimensions);
            put_number(&in, 36, id + (i > 1 ? i - 1 : i)); /* ids count from 1 */
            put_number(&in, 36, id + i);
        } else {
            put_number(&in, 9, i / 2);
        }
        put_number(&in, 35, id + i + 1);
        put_message(&computation, 2, &in);
    }
    put_number(&computation, 5, number);
    put_number(&computation, 6, id + 2 * (uint64_t)dots);
    put_message(module, 3, &computation);
}

/* Calls each of the computations 1 … count. */
static void put_caller(struct nkb_buf *module, unsigned count, uint64_t id)
{
    struct nkb_buf computation = NKB_BUF_INIT;
    char name[32];

    put_text(&computation, 1, "main");
    for (unsigned i = 0; i <= count; i++) {
        struct nkb_buf in = NKB_BUF_INIT;
        snprintf(name, sizeof name, i ? "call.%u" : "input", i);
        put_text(&in, 1, name);
        put_text(&in, 2, i ? "call" : "parameter");
        put_shape(&in, 3);
        put_number(&in, 35, id + i + 1);
        if (i > 0) {
            put_number(&in, 36, id + i);
            put_number(&in, 38, i);
        }
        put_message(&computation, 2, &in);
    }
    put_number(&computation, 5, count + 1);
    put_number(&computation, 6, id + count + 1);
    put_message(module, 3, &computation);
}

/* All of a module but its name: one computation of so many dots, or several and one that calls
 * them. */
static struct nkb_buf make_body(unsigned dots, unsigned computations)
{
    struct nkb_buf module = NKB_BUF_INIT;
    char name[32];
    uint64_t id = 0;

    put_text(&module, 2, "main");
    for (unsigned i = 1; i <= computations; i++, id += 2 * (uint64_t)dots) {
        snprintf(name, sizeof name, computations > 1 ? "layer.%u" : "main", i);
        put_computation(&module, name, i, id, dots);
    }
    if (computations > 1)
        put_caller(&module, computations, id);
    put_number(&module, 5, 1);
    put_number(&module, 6, computations > 1 ? computations + 1 : 1);
    return module;
}

static bool write_module(FILE *out, const char *name, const struct nkb_buf *body)
{
    struct nkb_buf head = NKB_BUF_INIT;
    put_text(&head, 1, name);
    bool good = fwrite(head.data, 1, head.len, out) == head.len &&
                fwrite(body->data, 1, body->len, out) == body->len;
    nkb_buf_free(&head);
    return good;
}

static bool write_cache(const char *folder, unsigned files, unsigned dots)
{
    struct nkb_buf body = make_body(dots, 1);
    char path[PATH_BYTES], name[64];
    bool good = true;

    snprintf(path, sizeof path, "%s/neuronxcc-2.20.9961.0+0acef03a", folder);
    mkdir(folder, 0777);
    mkdir(path, 0777);
    for (unsigned i = 0; i < files && good; i++) {
        snprintf(name, sizeof name, "MODULE_%020u+abcd0001", i);
        snprintf(path, sizeof path, "%s/neuronxcc-2.20.9961.0+0acef03a/%s", folder, name);
        mkdir(path, 0777);
        snprintf(path, sizeof path, "%s/neuronxcc-2.20.9961.0+0acef03a/%s/model.hlo_module.pb",
                 folder, name);
        FILE *out = fopen(path, "wb");
        good = out && write_module(out, name, &body);
        good = out && fclose(out) == 0 && good;
    }
    nkb_buf_free(&body);
    return good;
}

static void write_text(unsigned dots)
{
    static const char shape[] = "bf16[128,128]{1,0}";
    puts("HloModule synthetic\n\nENTRY main {");
    for (unsigned i = 0; i < 2 * dots; i += 2) {
        printf("  weight.%u = %s parameter(%u)\n", i, shape, i / 2);
        printf("  %sdot.%u = %s dot(%s.%u, weight.%u), lhs_contracting_dims={1}, "
               "rhs_contracting_dims={0}, "
               "metadata={op_type=\"dot_general\" "
               "op_name=\"jit(train_step)/layer_%u/mlp/dot_general\" "
               "source_file=\"model.py\" source_line=%u}\n",
               i + 2 == 2 * dots ? "ROOT " : "", i + 1, shape, i ? "dot" : "weight", i ? i - 1 : i,
               i, (i + 1) % 32, 100 + (i + 1) % 900);
    }
    puts("}");
}

static void write_log(unsigned steps)
{
    for (unsigned i = 0; i < steps; i++)
        printf("Epoch 0:  %2u%%|\xe2\x96\x88\xe2\x96\x8c        | %u/%u [%02u:%02u<13:24, "
               "31.54s/it, v_num=0, "
               "reduced_train_loss=%u.%03u, lr=0.0003, parameter_norm=1984.0, global_step=%u, "
               "consumed_samples=%u, "
               "throughput=2.%03u, throughput_peak=2.120, gradient_norm=1.%03u]\n",
               (unsigned)((uint64_t)i * 100 / steps), i + 1, steps, i / 60 % 100, i % 60, 1 + i % 2,
               i * 7 % 1000, i, (i + 1) * 64, i * 13 % 1000, i * 31 % 1000);
}

static bool count(const char *text, int64_t *out)
{
    return nkb_parse_i64(nkb_str_from(text), out) && *out >= 1 && *out <= 50000000;
}

int main(int argc, char **argv)
{
    int64_t n = 0, files = 0;
    bool good = true;

    if (argc == 5 && strcmp(argv[1], "cache") == 0 && count(argv[3], &files) && count(argv[4], &n))
        return write_cache(argv[2], (unsigned)files, (unsigned)n) ? 0 : 1;
    bool several = argc == 4 && strcmp(argv[1], "pb") == 0 && count(argv[3], &files);
    if ((argc != 3 && !several) || !count(argv[2], &n))
        return fputs("make_input pb N [COUNT], make_input text|log N, make_input cache FOLDER "
                     "FILES N\n",
                     stderr),
               2;
    if (strcmp(argv[1], "pb") == 0) {
        struct nkb_buf body = make_body((unsigned)n, several ? (unsigned)files : 1);
        good = write_module(stdout, "synthetic", &body);
        nkb_buf_free(&body);
    } else if (strcmp(argv[1], "text") == 0) {
        write_text((unsigned)n);
    } else {
        write_log((unsigned)n);
    }
    return good && fflush(stdout) == 0 ? 0 : 1;
}
