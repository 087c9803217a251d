#include "agent/sqlite/read_ahead.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>

namespace lapwing::sqlite {
namespace {

constexpr sqlite3_int64 kAheadBytes = 32 << 10;
// At first, and twice as much each time that reading goes on in order.
constexpr sqlite3_int64 kFirstAheadBytes = 4 << 10;

/// SQLite gives the memory: this, and behind it the file of the layer below.
struct File {
  sqlite3_file head;  // first, since SQLite knows the file by it
  std::unique_ptr<std::array<char, kAheadBytes>> ahead;
  sqlite3_int64 begin = 0, end = 0;         ///< what of the file is in `ahead`
  sqlite3_int64 expected = -1;              ///< where a read in order goes on
  sqlite3_int64 length = kFirstAheadBytes;  ///< of the next one ahead

  /// Right behind this one; SQLite aligns files to 8 bytes.
  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  void forget() { begin = end = 0; }
};

File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* below(sqlite3_file* file) { return file_of(file).below(); }

static_assert(sizeof(File) % 8 == 0 && alignof(File) <= 8);

int close(sqlite3_file* file) {
  File& own = file_of(file);
  const int code = own.below()->pMethods->xClose(own.below());
  own.~File();
  return code;
}

/// Reads on from `offset` as far as the file goes.
int fill(File& file, sqlite3_int64 offset) {
  file.forget();
  sqlite3_int64 size = 0;
  if (const int code = file.below()->pMethods->xFileSize(file.below(), &size); code != SQLITE_OK)
    return code;
  if (file.ahead == nullptr) file.ahead.reset(new (std::nothrow) std::array<char, kAheadBytes>);
  if (file.ahead == nullptr) return SQLITE_NOMEM;
  const sqlite3_int64 length = std::min(file.length, size - offset);
  if (length <= 0) return SQLITE_IOERR_SHORT_READ;
  const int code =
      file.below()->pMethods->xRead(file.below(), file.ahead->data(), int(length), offset);
  if (code != SQLITE_OK) return code;
  file.begin = offset;
  file.end = offset + length;
  file.length = std::min(kAheadBytes, file.length * 2);
  return SQLITE_OK;
}

int read(sqlite3_file* handle, void* out, int count, sqlite3_int64 offset) {
  File& file = file_of(handle);
  const bool in_order = offset == file.expected;
  file.expected = offset + count;
  if (!in_order) file.length = kFirstAheadBytes;
  const auto is_ahead = [&] { return offset >= file.begin && file.expected <= file.end; };
  if (!is_ahead() && (!in_order || fill(file, offset) != SQLITE_OK || !is_ahead())) {
    file.forget();
    return file.below()->pMethods->xRead(file.below(), out, count, offset);
  }
  std::memcpy(out, file.ahead->data() + (offset - file.begin), std::size_t(count));
  return SQLITE_OK;
}

int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  file_of(file).forget();
  return below(file)->pMethods->xWrite(below(file), from, count, offset);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  file_of(file).forget();
  return below(file)->pMethods->xTruncate(below(file), size);
}
int sync(sqlite3_file* file, int flags) { return below(file)->pMethods->xSync(below(file), flags); }
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return below(file)->pMethods->xFileSize(below(file), size);
}
int lock(sqlite3_file* file, int level) {
  file_of(file).forget();
  return below(file)->pMethods->xLock(below(file), level);
}
int unlock(sqlite3_file* file, int level) {
  file_of(file).forget();
  return below(file)->pMethods->xUnlock(below(file), level);
}
int is_reserved(sqlite3_file* file, int* out) {
  return below(file)->pMethods->xCheckReservedLock(below(file), out);
}
int control(sqlite3_file* file, int operation, void* argument) {
  return below(file)->pMethods->xFileControl(below(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return below(file)->pMethods->xSectorSize(below(file)); }
int characteristics(sqlite3_file* file) {
  return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

// Version 1: no shared memory, hence no WAL, and no memory maps.
constexpr sqlite3_io_methods kMethods = {
    1,       close,       read,    write,       truncate,        sync,    file_size, lock,
    unlock,  is_reserved, control, sector_size, characteristics, nullptr, nullptr,   nullptr,
    nullptr, nullptr,     nullptr};

sqlite3_vfs* layer_below(sqlite3_vfs* layer) { return static_cast<sqlite3_vfs*>(layer->pAppData); }

int open(sqlite3_vfs* layer, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* own = new (file) File{};
  const int code =
      layer_below(layer)->xOpen(layer_below(layer), name, own->below(), flags, out_flags);
  // Closed by SQLite where it has methods, even after a failure.
  own->head.pMethods = own->below()->pMethods != nullptr ? &kMethods : nullptr;
  if (own->head.pMethods == nullptr) own->~File();
  return code;
}

/// All but opening is the layer's below.
struct Layer {
  sqlite3_vfs vfs{};
  bool known = false;

  Layer() {
    sqlite3_vfs* const base = sqlite3_vfs_find(nullptr);
    if (base == nullptr) return;
    vfs = *base;
    vfs.pNext = nullptr;
    vfs.zName = "lapwing-read-ahead";
    vfs.szOsFile = int(sizeof(File)) + base->szOsFile;
    vfs.pAppData = base;
    vfs.xOpen = open;
    known = sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }
};

}  // namespace

const char* read_ahead_layer() {
  // SQLite keeps the address: one for the whole process, made once.
  static Layer layer;
  return layer.known ? layer.vfs.zName : nullptr;
}

}  // namespace lapwing::sqlite
