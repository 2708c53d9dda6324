/* The text in memory: a window, zeros behind it, that slides on between units. A unit that came to
 * the window's end while more text follows is read again from its beginning, with as much more in
 * memory; the window doubles where that does not fit. So each byte is read twice at most, on
 * average, and memory is bounded by the longest unit. */
#include "input/hlotext_reader.h"

#include <errno.h>
#include <unistd.h>

#include "base/num.h"

/* Less than this part of a window, and more text is fetched before a unit is begun. */
enum { LOW = 16 };

static int refuse_size(struct nkb_hlotext *r)
{
    return nkb_err_set(r->err, NKB_EINPUT,
                       "HLO text of more than %llu bytes; at most that much is read",
                       (unsigned long long)r->input.limit_bytes);
}

static int refuse_file(struct nkb_hlotext *r, int error)
{
    char reason[128];
    if (strerror_r(error, reason, sizeof reason) != 0)
        reason[0] = '\0';
    return nkb_err_set(r->err, NKB_EINPUT, "byte %llu: %s", (unsigned long long)r->read_bytes,
                       reason);
}

/* At most `room` bytes of the input from read_bytes on; 0 at its end, -1 with errno. */
static ssize_t fetch(struct nkb_hlotext *r, char *to, size_t room)
{
    const struct nkb_hlotext_input *input = &r->input;
    ssize_t got;
    if (input->fd >= 0) {
        do
            got = pread(input->fd, to, room, (off_t)r->read_bytes);
        while (got < 0 && errno == EINTR);
        return got;
    }
    size_t left = input->bytes.len - (size_t)r->read_bytes;
    if (room > left)
        room = left;
    if (room)
        memcpy(to, input->bytes.ptr + r->read_bytes, room);
    return (ssize_t)room;
}

/* Read on behind `end`, until the window is full. */
static int fill(struct nkb_hlotext *r)
{
    char *window = r->input.window->data;
    size_t filled = (size_t)(r->end - window);
    while (!r->final && filled < r->window_bytes) {
        ssize_t got = fetch(r, window + filled, r->window_bytes - filled);
        if (got < 0)
            return refuse_file(r, errno);
        r->final = got == 0;
        filled += (size_t)got;
        r->read_bytes += (uint64_t)got;
        if (r->input.limit_bytes && r->read_bytes > r->input.limit_bytes)
            return refuse_size(r);
    }
    memset(window + filled, 0, NKB_HLOTEXT_SLACK);
    r->end = window + filled;
    return 0;
}

static bool reserve(struct nkb_hlotext *r)
{
    size_t bytes;
    return nkb_size_add(r->window_bytes, NKB_HLOTEXT_SLACK, &bytes) &&
           nkb_buf_reserve(r->input.window, bytes);
}

int nkb_hlotext_open(struct nkb_hlotext *r, const struct nkb_hlotext_input *input)
{
    r->input = *input;
    if (!input->window)
        r->input.window = &r->window;
    r->window_bytes = input->window_bytes ? input->window_bytes : NKB_HLOTEXT_WINDOW_BYTES;
    r->read_bytes = input->filled;
    if (input->fd < 0)
        r->input.size_bytes = input->bytes.len;
    if (input->limit_bytes && r->input.size_bytes > input->limit_bytes)
        return refuse_size(r);
    if (!reserve(r))
        return nkb_err_memory(r->err);
    r->at = r->counted = r->input.window->data;
    r->end = r->at + input->filled;
    r->line = 1;
    r->line_start = 0;
    r->final = r->starved = false;
    return fill(r);
}

/* Slide what is unread to the front and read on, with twice the room if it has none. */
static int more(struct nkb_hlotext *r)
{
    size_t left = (size_t)(r->end - r->at);
    (void)nkb_hlotext_line(r, r->at);
    memmove(r->input.window->data, r->at, left);
    if (left == r->window_bytes &&
        (!nkb_size_mul(r->window_bytes, 2, &r->window_bytes) || !reserve(r)))
        return nkb_err_memory(r->err);
    r->at = r->counted = r->input.window->data;
    r->end = r->at + left;
    return fill(r);
}

int nkb_hlotext_whole(struct nkb_hlotext *r, nkb_hlotext_unit *unit, void *data)
{
    bool is_low = !r->final && (size_t)(r->end - r->at) < r->window_bytes / LOW;
    int rc = is_low ? more(r) : 0;
    while (rc == 0) {
        const char *at = r->at, *counted = r->counted;
        uint64_t line = r->line, line_start = r->line_start;
        size_t computations = r->computations.len, pending = r->pending.len;
        struct nkb_hlotext_list list = r->list;
        uint32_t scope = r->scope;

        r->starved = false;
        rc = unit(r, data);
        if (!r->starved || rc == NKB_EMEMORY)
            return rc;
        r->at = at;
        r->counted = counted;
        r->line = line;
        r->line_start = line_start;
        r->computations.len = computations;
        r->pending.len = pending;
        r->list = list;
        r->scope = scope;
        r->inline_depth = 0;
        r->ints.len = r->positions.len = r->shapes.len = r->called.len = 0;
        rc = more(r);
    }
    return rc;
}

uint64_t nkb_hlotext_line(struct nkb_hlotext *r, const char *where)
{
    while (r->counted < where) {
        const char *newline = memchr(r->counted, '\n', (size_t)(where - r->counted));
        r->counted = newline ? newline + 1 : where;
        if (newline) {
            r->line++;
            r->line_start = nkb_hlotext_offset(r, r->counted);
        }
    }
    return r->line;
}

uint64_t nkb_hlotext_draft_line(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    if (draft->line == 0)
        draft->line = nkb_hlotext_line(r, draft->begun);
    return draft->line;
}
