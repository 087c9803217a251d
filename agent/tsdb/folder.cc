#include "agent/tsdb/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace lapwing::tsdb {
namespace {

constexpr std::string_view kFormat = "lapwing tsdb 6\n";

Result<UniqueFd> lock(const std::string& folder) {
  const std::string path = folder + "/lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd) return unavailable(system_error("opening " + path, errno).message);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unavailable(system_error("locking " + path, errno).message);
    char holder[32] = {};
    const ssize_t length = ::read(fd.get(), holder, sizeof holder - 1);
    std::string who(holder, length > 0 ? std::size_t(length) : 0);
    while (!who.empty() && who.back() == '\n') who.pop_back();
    return unavailable("the data folder " + folder + " is in use by another agent" +
                       (who.empty() ? "" : " (process " + who + ")"));
  }
  const std::string own = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0 ||
      ::pwrite(fd.get(), own.data(), own.size(), 0) != ssize_t(own.size()))
    return unavailable(system_error("writing " + path, errno).message);
  return fd;
}

Result<void> make(const std::string& path) {
  if (auto made = make_directories(path); !made) return unavailable(made.error().message);
  return {};
}

/// Empty for our version and for a new folder; otherwise what the folder says it is.
Result<std::string> other_version(const std::string& folder) {
  const auto format = read_file(folder + "/FORMAT", 4096);
  if (format) {
    if (*format == kFormat) return std::string();
    return format->substr(0, format->find('\n'));
  }
  if (format.error().kind == ErrorKind::Unavailable) return format.error();
  std::error_code ignored;
  const bool used = std::filesystem::exists(folder + "/raw", ignored) ||
                    std::filesystem::exists(folder + "/journal", ignored);
  return std::string(used || format.error().kind == ErrorKind::Invalid ? "unknown" : "");
}

}  // namespace

Result<Folder> Folder::open(const std::string& path, Log& log) {
  if (auto made = make(path); !made) return std::move(made).error();
  auto held = lock(path);
  if (!held) return std::move(held).error();
  auto other = other_version(path);
  if (!other) return std::move(other).error();
  std::string aside;
  if (!other->empty()) {
    auto moved = lapwing::tsdb::set_aside(path, "other-version");
    if (!moved) return std::move(moved).error();
    aside = *moved;
    log.warn("store: {} has format \"{}\", not \"{}\": set aside as {}, beginning anew", path,
             *other, kFormat.substr(0, kFormat.size() - 1), aside);
    if (auto made = make(path); !made) return std::move(made).error();
    held = lock(path);
    if (!held) return std::move(held).error();
  }
  Folder folder(path, std::move(*held));
  folder.set_aside_ = aside;
  for (const std::string& below :
       {folder.journal(), folder.raw(), folder.minutes(), folder.hours()})
    if (auto made = make(below); !made) return std::move(made).error();
  if (!read_file(path + "/FORMAT", 4096)) {
    if (auto written = write_file_atomically(path + "/FORMAT", kFormat); !written)
      return unavailable(written.error().message);
  }
  return folder;
}

Result<Folder> Folder::open_existing(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path + "/FORMAT", ignored))
    return no_data("there is no store in " + path);
  auto held = lock(path);
  if (!held) return std::move(held).error();
  const auto other = other_version(path);
  if (!other) return other.error();
  if (!other->empty())
    return invalid(path + " has the format \"" + *other + "\", not \"" +
                   std::string(kFormat.substr(0, kFormat.size() - 1)) + "\"");
  return Folder(path, std::move(*held));
}

std::string aside_path(const std::string& path, std::string_view what) {
  std::string candidate = path + "." + std::string(what);
  std::error_code ignored;
  for (int i = 2; std::filesystem::exists(candidate, ignored); ++i)
    candidate = path + "." + std::string(what) + "-" + std::to_string(i);
  return candidate;
}

Result<std::string> set_aside(const std::string& path, std::string_view what) {
  std::string aside = aside_path(path, what);
  if (std::rename(path.c_str(), aside.c_str()) != 0)
    return unavailable(system_error("renaming " + path, errno).message);
  return aside;
}

}  // namespace lapwing::tsdb
