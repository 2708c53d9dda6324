/* Where the instructions come from in the user's program: source file and line, each pair once a
 * module, whichever way the metadata gives it: itself, or by a frame of the module's stack frame
 * index. That index may stand behind the instructions, so frames are looked up at the end. */
#ifndef NKB_INPUT_HLO_SOURCES_H
#define NKB_INPUT_HLO_SOURCES_H

#include "base/intern.h"
#include "model/hlo.h"

struct nkb_hlo_location {
    int32_t file_name_id, line; /* ids of the index count from 1 */
};

struct nkb_hlo_frame {
    int32_t file_location_id;
};

/* Files and lines, a number for each pair: 0, 1, 2 … as they are met. Zeroed memory has none. */
struct nkb_hlo_places {
    uint64_t *pairs; /* by number: file << 32 | line; malloc'ed as the slots are */
    uint32_t *slots; /* number + 1; 0: an empty slot */
    size_t count, room;
    size_t slot_count; /* a power of two; at most half is used */
    uint64_t seed;     /* an address, lest pairs be chosen to collide */
};

/* Zeroed memory has none. */
struct nkb_hlo_sources {
    struct nkb_intern files;
    struct nkb_hlo_places places;
    uint32_t last_file; /* most instructions are from the file of the one before */

    uint32_t *index_files; /* the index: numbers in files */
    struct nkb_hlo_location *locations;
    struct nkb_hlo_frame *frames;
    size_t index_file_count, index_file_room, location_count, location_room, frame_count,
        frame_room;
    bool frames_wanted;
};

/* Is this the file of the one before? */
static inline bool nkb_hlo_sources_is_last(const struct nkb_hlo_sources *sources,
                                           struct nkb_str file)
{
    return sources->files.count > 0 &&
           nkb_str_equal(sources->files.texts[sources->last_file], file);
}

/* What an instruction's metadata says. `file` empty: none; frame 0: none. A file that is given wins
 * over the frame. Functions return false when memory runs out. */
bool nkb_hlo_sources_file(struct nkb_hlo_sources *sources, struct nkb_arena *arena,
                          struct nkb_str file, uint32_t *file_out); /* 0: the empty one */
bool nkb_hlo_sources_find(struct nkb_hlo_sources *sources, uint32_t file, int32_t line,
                          int32_t frame, uint32_t *source_out);

/* What another found in a part of the same module that follows this one's: what its sources are
 * here, for nkb_hlo_sources_renumber of its instructions. In the arena; NULL: memory. */
uint32_t *nkb_hlo_sources_join(struct nkb_hlo_sources *sources, struct nkb_arena *arena,
                               const struct nkb_hlo_sources *from);
void nkb_hlo_sources_renumber(const uint32_t *now, struct nkb_hlo_instruction *instructions,
                              size_t count);

/* The next entry of the index. */
bool nkb_hlo_sources_add_file(struct nkb_hlo_sources *sources, struct nkb_arena *arena,
                              struct nkb_str name);
bool nkb_hlo_sources_add_location(struct nkb_hlo_sources *sources,
                                  struct nkb_hlo_location location);
bool nkb_hlo_sources_add_frame(struct nkb_hlo_sources *sources, struct nkb_hlo_frame frame);

/* The module is complete: make its table, resolve the frames. */
bool nkb_hlo_sources_finish(struct nkb_hlo_sources *sources, struct nkb_arena *arena,
                            struct nkb_hlo *module);
void nkb_hlo_sources_free(struct nkb_hlo_sources *sources);

#endif
