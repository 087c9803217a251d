#include "collectors/host/space_reader.h"

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace lapwing::collectors::host {

// Shared with the thread that asks, and left to it when a path hangs.
struct SpaceReader::Round {
  std::vector<std::string> paths;
  std::vector<std::size_t> places;  // of each path in the caller's list

  std::mutex mutex;
  std::condition_variable moved;
  std::vector<SpaceAnswer> answers;  // guarded by mutex: of the first so many paths
  bool given_up = false;             // guarded by mutex: the thread ends after the path it asks
  bool ended = false;                // guarded by mutex
};

SpaceReader::SpaceReader(Ask ask, std::chrono::milliseconds patience)
    : ask_(std::move(ask)), patience_(patience) {}

SpaceReader::~SpaceReader() = default;

SpaceAnswer SpaceReader::ask_kernel(const std::string& path) {
  SpaceAnswer answer;
  answer.state = SpaceAnswer::State::Answered;
  int result = 0;
  do result = ::statfs(path.c_str(), &answer.space);
  while (result != 0 && errno == EINTR);
  if (result != 0) answer.error_number = errno;
  return answer;
}

void SpaceReader::forget_returned() {
  std::erase_if(hanging_, [](const auto& one) {
    const std::lock_guard lock(one.second->mutex);
    return one.second->ended;
  });
}

// Asks the round's paths on a thread of the lane; false when one of them hangs.
bool SpaceReader::run(const std::shared_ptr<Round>& round) {
  const auto work = [round, ask = ask_] {
    for (const std::string& path : round->paths) {
      SpaceAnswer answer = ask(path);
      const std::lock_guard lock(round->mutex);
      if (round->given_up) break;
      round->answers.push_back(answer);
      round->moved.notify_one();
    }
    const std::lock_guard lock(round->mutex);
    round->ended = true;
  };
  const auto ticket = lane_.submit(work, [] {});
  std::unique_lock lock(round->mutex);
  while (round->answers.size() < round->paths.size()) {
    const std::size_t before = round->answers.size();
    if (round->moved.wait_for(lock, patience_, [&] { return round->answers.size() > before; }))
      continue;
    round->given_up = true;
    lock.unlock();
    // Work that found no free thread asked nothing.
    if (!lane_.leave_behind(ticket)) {
      lock.lock();
      round->ended = true;
    }
    return false;
  }
  return true;
}

std::vector<SpaceAnswer> SpaceReader::read(const std::vector<std::string>& paths) {
  forget_returned();
  std::vector<SpaceAnswer> answers(paths.size());
  auto round = std::make_shared<Round>();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (hanging_.contains(paths[i])) {
      answers[i].state = SpaceAnswer::State::Hangs;
      continue;
    }
    round->paths.push_back(paths[i]);
    round->places.push_back(i);
  }
  for (int hangs = 0; !round->paths.empty() && hangs < kHangsInRound; ++hangs) {
    const bool whole = run(round);
    auto rest = std::make_shared<Round>();
    const std::lock_guard lock(round->mutex);
    const std::size_t answered = round->answers.size();
    for (std::size_t i = 0; i < answered; ++i) answers[round->places[i]] = round->answers[i];
    if (whole) break;
    if (round->ended) break;  // No thread was to be had: the others would not fare better.
    answers[round->places[answered]].state = SpaceAnswer::State::Hangs;
    hanging_[round->paths[answered]] = round;
    rest->paths.assign(round->paths.begin() + std::ptrdiff_t(answered) + 1, round->paths.end());
    rest->places.assign(round->places.begin() + std::ptrdiff_t(answered) + 1, round->places.end());
    round = std::move(rest);
  }
  return answers;
}

}  // namespace lapwing::collectors::host
