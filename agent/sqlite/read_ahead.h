// A SQLite file layer for readers of large blobs: SQLite asks for a blob's pages one by one, a
// system call each; here pages that are asked for in order come from one larger read.
// Source of truth: sqlite.org/vfs.html. Left out: writing and WAL, which it passes on or refuses.
#pragma once

namespace lapwing::sqlite {

/// The layer's name for sqlite3_open_v2, made known to SQLite at the first call; null when there is
/// no file layer to build on. Any thread.
///
/// What was read ahead counts only while the file is locked against writers, as SQLite's own
/// pages do.
const char* read_ahead_layer();

}  // namespace lapwing::sqlite
