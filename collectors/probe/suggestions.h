// Suggestions: which of the sockets that listen on this host a probe could look at, and how. Only
// said, never done: nobody is called unasked. By well-known ports and names of programs.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/probe_suggestion.h"

namespace lapwing::collectors::probe {

/// A listening TCP socket.
struct Listener {
  std::string address;  ///< to call it: "127.0.0.1" where it listens on all
  std::uint16_t port = 0;
  std::uint64_t inode = 0;
  std::string program{};  ///< whose it is; "" where we may not know
};

/// The listeners of one of /proc/net/tcp and tcp6 (proc(5)); lines of other states are passed over.
/// Invalid when it is no such table.
Result<std::vector<Listener>> parse_listeners(std::string_view table);

/// What fits the listeners that are known by port or program, sorted by target, none twice;
/// without the targets that are probed already.
std::vector<ProbeSuggestion> suggest(const std::vector<Listener>& listeners,
                                     const std::set<std::string>& probed);

/// This host's listeners below `proc`, with their programs as far as we may see them. Walks all
/// processes: for who asks by hand.
std::vector<Listener> read_listeners(const std::string& proc);

}  // namespace lapwing::collectors::probe
