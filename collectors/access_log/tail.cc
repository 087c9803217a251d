#include "collectors/access_log/tail.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

namespace lapwing::collectors::access_log {
namespace {

constexpr std::size_t kSiblingLimit = 256;

std::string head_of(int fd, std::size_t size) {
  std::string head(std::min(size, Tail::kHeadBytes), '\0');
  const ssize_t count = ::pread(fd, head.data(), head.size(), 0);
  head.resize(count > 0 ? std::size_t(count) : 0);
  return head;
}

/// Files beside `path` whose names begin with its name: where rotation puts what was there. The
/// newest first.
std::vector<std::string> siblings(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  std::vector<std::pair<std::int64_t, std::string>> found;
  DIR* const entries = ::opendir(folder.c_str());
  if (entries == nullptr) return {};
  while (const dirent* const entry = ::readdir(entries)) {
    const std::string_view other = entry->d_name;
    if (!other.starts_with(name) || other == name || found.size() >= kSiblingLimit) continue;
    const std::string whole = (slash == std::string::npos ? "" : folder) + std::string(other);
    struct stat facts{};
    if (::stat(whole.c_str(), &facts) == 0 && S_ISREG(facts.st_mode))
      found.emplace_back(facts.st_mtim.tv_sec, whole);
  }
  ::closedir(entries);
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> paths;
  for (auto& [time, whole] : found) paths.push_back(std::move(whole));
  return paths;
}

}  // namespace

Tail::Tail(std::string path, std::optional<Position> from)
    : path_(std::move(path)), from_(std::move(from)) {}

Result<Tail::File> Tail::open(const std::string& path) const {
  File file;
  // O_NONBLOCK: a FIFO in the file's place must not hold us.
  file.fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts{};
  if (!file.fd || ::fstat(file.fd.get(), &facts) != 0) return system_error("open " + path, errno);
  if (!S_ISREG(facts.st_mode)) return invalid(path + " is no regular file");
  file.inode = facts.st_ino;
  return file;
}

// Before the first look: on from where it was left, if that file can be found.
Result<void> Tail::open_first(const Line& line) {
  Result<File> opened = open(path_);
  if (!opened) return std::move(opened).error();
  started_ = true;
  File file = *std::move(opened);
  struct stat facts{};
  ::fstat(file.fd.get(), &facts);
  const auto size = std::uint64_t(facts.st_size);
  if (!from_) {
    file.offset = size;
    // The beginning of a line that is being written now belongs to what is not counted.
    char last = '\n';
    if (size > 0 && ::pread(file.fd.get(), &last, 1, off_t(size - 1)) == 1)
      file.skipping = last != '\n';
    file.head = head_of(file.fd.get(), std::size_t(size));
  } else if (file.inode == from_->inode && size >= from_->offset &&
             head_of(file.fd.get(), from_->head.size()) == from_->head) {
    file.offset = from_->offset;
    file.head = from_->head;
  } else {
    // Rotated or truncated while we were away: the rest may stand beside it.
    File lost;
    lost.inode = from_->inode;
    lost.offset = from_->offset;
    lost.head = from_->head;
    recover_rest(lost, line);
    ++counts_.rotations;
  }
  from_.reset();
  file_ = std::move(file);
  return {};
}

// The rest of a file that we no longer have: a sibling with the same beginning that is as long.
void Tail::recover_rest(File& lost, const Line& line) {
  if (lost.head.empty()) return;
  for (const std::string& path : siblings(path_)) {
    Result<File> copy = open(path);
    if (!copy) continue;
    struct stat facts{};
    ::fstat(copy->fd.get(), &facts);
    if (std::uint64_t(facts.st_size) < lost.offset ||
        head_of(copy->fd.get(), lost.head.size()) != lost.head)
      continue;
    copy->offset = lost.offset;
    copy->partial = std::move(lost.partial);
    copy->skipping = lost.skipping;
    read_on(*copy, line);
    return;
  }
}

void Tail::notice_truncation(File& file, const Line& line) {
  struct stat facts{};
  if (::fstat(file.fd.get(), &facts) != 0) return;
  const bool shorter = std::uint64_t(facts.st_size) < file.offset;
  // It may have grown past the old place again since: then its beginning is another.
  if (!shorter && head_of(file.fd.get(), file.head.size()) == file.head) return;
  ++counts_.truncations;
  recover_rest(file, line);
  file.offset = 0;
  file.head.clear();
  file.partial.clear();
  file.skipping = false;
}

void Tail::take_line(File& file, std::string_view line, const Line& sink) {
  if (std::exchange(file.skipping, false)) return;
  if (line.size() > kLineLimitBytes)
    ++counts_.long_lines;
  else if (!line.empty())
    sink(line);
}

void Tail::feed(File& file, std::string_view bytes, const Line& line) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      if (file.skipping) return;
      file.partial.append(bytes);
      if (file.partial.size() <= kLineLimitBytes) return;
      ++counts_.long_lines;
      file.partial.clear();
      file.skipping = true;
      return;
    }
    if (file.partial.empty()) {
      take_line(file, bytes.substr(0, end), line);
    } else {
      file.partial.append(bytes.substr(0, end));
      take_line(file, file.partial, line);
      file.partial.clear();
    }
    bytes.remove_prefix(end + 1);
  }
}

void Tail::read_on(File& file, const Line& line) {
  static constexpr std::size_t kPieceBytes = 256 * 1024;
  std::vector<char> piece(kPieceBytes);
  while (budget_ > 0) {
    const ssize_t count = ::pread(file.fd.get(), piece.data(), piece.size(), off_t(file.offset));
    if (count <= 0) break;
    const std::string_view bytes(piece.data(), std::size_t(count));
    if (file.offset == file.head.size() && file.head.size() < kHeadBytes)
      file.head.append(bytes.substr(0, kHeadBytes - file.head.size()));
    file.offset += bytes.size();
    budget_ -= std::min(budget_, bytes.size());
    feed(file, bytes, line);
  }
}

Result<void> Tail::look(Instant now, const Line& line) {
  budget_ = kLookLimitBytes;
  if (!file_) {
    Result<void> opened;
    if (!started_) {
      opened = open_first(line);
    } else if (Result<File> next = open(path_); next) {
      file_ = *std::move(next);  // another one: from its beginning
    } else {
      opened = std::move(next).error();
    }
    if (!opened) {
      // What is made after us is read from its beginning.
      if (opened.error().kind == ErrorKind::NoData && !from_) started_ = true;
      for (File& old : lingering_) read_on(old, line);
      return opened;
    }
  }
  for (File& old : lingering_) read_on(old, line);
  while (!lingering_.empty() &&
         (now >= lingering_.front().until || lingering_.size() > kLingeringLimit))
    lingering_.pop_front();
  notice_truncation(*file_, line);
  read_on(*file_, line);
  struct stat facts{};
  if (::fstat(file_->fd.get(), &facts) == 0)
    behind_bytes_ =
        std::uint64_t(facts.st_size) - std::min(file_->offset, std::uint64_t(facts.st_size));
  struct stat there{};
  if (::stat(path_.c_str(), &there) == 0 && there.st_ino == file_->inode) return {};
  // Renamed. Its writer goes on until it is told; what stands there now, if anything, is new.
  if (behind_bytes_ > 0) return {};  // first all of this one
  ++counts_.rotations;
  file_->until = now + kLinger;
  lingering_.push_back(*std::move(file_));
  file_.reset();
  Result<File> next = open(path_);
  if (!next) return {};
  file_ = *std::move(next);
  read_on(*file_, line);
  return {};
}

std::optional<Position> Tail::position() const {
  if (!file_) {
    if (lingering_.empty()) return from_;
    const File& old = lingering_.back();
    return Position{old.inode, old.offset - old.partial.size(), old.head};
  }
  return Position{file_->inode, file_->offset - file_->partial.size(), file_->head};
}

}  // namespace lapwing::collectors::access_log
