// The store's folder: who may use it, which version it has, and where damaged things go.
// Source of truth: FORMAT.md, "Folder".
#pragma once

#include <string>
#include <string_view>

#include "agent/base/file.h"
#include "agent/base/log.h"
#include "agent/base/result.h"

namespace lapwing::tsdb {

/// Holds the folder for this process until it goes; a crash lets go of it too.
class Folder {
 public:
  /// Makes what is missing and locks. Unavailable, in one line that names folder and process,
  /// when another agent has it or it cannot be written. A folder of another version is renamed,
  /// logged, and a new one made.
  static Result<Folder> open(const std::string& path, Log& log);
  /// Locks a store that is there and makes or renames nothing: for commands that read. NoData
  /// when there is none, Invalid when it has another version, Unavailable as above.
  static Result<Folder> open_existing(const std::string& path);

  const std::string& path() const { return path_; }
  std::string journal() const { return path_ + "/journal"; }
  std::string raw() const { return path_ + "/raw"; }
  std::string minutes() const { return path_ + "/minutes"; }
  std::string records() const { return path_ + "/records"; }
  std::string hours() const { return path_ + "/hours"; }
  /// What the folder was renamed to for its version; empty when it was not.
  const std::string& set_aside() const { return set_aside_; }

 private:
  Folder(std::string path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  UniqueFd lock_;
  std::string set_aside_;
};

/// A path beside `path` that says what happened and does not exist: "path.damaged", ".damaged-2" …
std::string aside_path(const std::string& path, std::string_view what);

/// Renames `path` to aside_path(path, what); gives the new path.
Result<std::string> set_aside(const std::string& path, std::string_view what);

}  // namespace lapwing::tsdb
