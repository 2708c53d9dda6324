# What the tests of the documentation share: the program on PATH, a place of one's own, and an installed library.
: "${BUILD:=$PWD/build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
export BUILD LUA="${LUA:-lua5.4}" TOP="$PWD"

# As a user's shell would be: no settings from outside, no flags of a make that runs the tests.
clean_environment() {
    local name
    for name in $(compgen -e NKIBENCH_); do unset "$name"; done
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR SOURCE_DATE_EPOCH XDG_DATA_HOME COLUMNS CORPUS GOLDENS
    export LC_ALL=C.UTF-8 PATH="$BUILD:$PATH" HOME="$BATS_FILE_TMPDIR"
}

# Copy FOLDER to a writable place and go there.
enter_copy() {
    cp -R "$TOP/$1" "$BATS_TEST_TMPDIR/copy"
    chmod -R u+w "$BATS_TEST_TMPDIR/copy"
    cd "$BATS_TEST_TMPDIR/copy" || return 1
}

# Install the library aside for who links against it; its own prefix stays, as another would build it anew.
# One built with a sanitizer needs a program built so.
install_library() {
    local stage=$BATS_FILE_TMPDIR/stage prefix=${PREFIX:-/usr/local}
    make -s -C "$TOP" install DESTDIR="$stage" > "$BATS_FILE_TMPDIR/install.log" 2>&1 || {
        cat "$BATS_FILE_TMPDIR/install.log"
        return 1
    }
    export PKG_CONFIG_SYSROOT_DIR="$stage" PKG_CONFIG_PATH="$stage$prefix/lib/pkgconfig"
    export LD_LIBRARY_PATH="$stage$prefix/lib"
    if nm -D "$LD_LIBRARY_PATH/libnkibench.so.1" | grep -q __asan_init; then
        mkdir -p "$BATS_FILE_TMPDIR/bin"
        printf '#!/bin/sh\nexec %s -fsanitize=address,undefined "$@"\n' "$(command -v cc)" > "$BATS_FILE_TMPDIR/bin/cc"
        chmod +x "$BATS_FILE_TMPDIR/bin/cc"
        export PATH="$BATS_FILE_TMPDIR/bin:$PATH"
    fi
}

# A page's commands say what it shows.
page_is_true() {
    "$LUA" "$TOP/tests/cli/transcript.lua" "$1"
}
