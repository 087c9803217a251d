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
#include "collectors/latency/sockets.h"
#include "collectors/scrape/job.h"

namespace lapwing::collectors::probe {

/// A listening TCP socket.
struct Listener {
  std::string address;  ///< to call it: "127.0.0.1" where it listens on all
  std::uint16_t port = 0;
  std::uint64_t inode = 0;
  std::string program{};  ///< whose it is; "" where we may not know
};

/// The sockets that listen, as they are called: none twice for being of both families' any address.
std::vector<Listener> listeners_of(const std::vector<latency::SocketRow>& sockets);

/// What the jobs look at already, whatever by.
std::set<std::string> probed_targets(const std::vector<scrape::Job>& jobs);

/// What fits the listeners that are known by port or program, sorted by target, none twice;
/// without the targets that are probed already.
std::vector<ProbeSuggestion> suggest(const std::vector<Listener>& listeners,
                                     const std::set<std::string>& probed);

/// This host's listeners, by sock_diag(7), with the programs of the processes below `proc` as far
/// as we may see them. Walks all processes: for who asks by hand.
Result<std::vector<Listener>> read_listeners(const std::string& proc);

}  // namespace lapwing::collectors::probe
