/* For embed.sh, on the machine that builds; no part of the program. With no argument: which Lua
 * this is linked with. With the name of a chunk: the source on standard input compiled under that
 * name, lines and names of variables kept, to standard output. */
#include <lauxlib.h>
#include <stdio.h>

enum { MAX_SOURCE_BYTES = 1 << 20 };

static int write_block(lua_State *L, const void *block, size_t size, void *context)
{
    (void)L;
    return fwrite(block, 1, size, context) == size ? 0 : 1;
}

static int compile(lua_State *L, const char *chunk)
{
    static char source[MAX_SOURCE_BYTES];
    size_t size = fread(source, 1, sizeof source, stdin);

    if (ferror(stdin) || size == sizeof source)
        lua_pushfstring(L, "%s: cannot be read, or is too long", chunk);
    else if (luaL_loadbufferx(L, source, size, chunk, "t") == LUA_OK)
        return lua_dump(L, write_block, stdout, 0);
    fputs(lua_tostring(L, -1), stderr);
    fputs("\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    int status = 1;
    lua_State *L = luaL_newstate();

    if (argc < 2)
        status = fputs(lua_ident, stdout) < 0;
    else if (L)
        status = compile(L, argv[1]);
    if (L)
        lua_close(L);
    return fflush(stdout) == 0 && status == 0 ? 0 : 1;
}
