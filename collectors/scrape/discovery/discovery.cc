#include "collectors/scrape/discovery/discovery.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "agent/http/url.h"
#include "collectors/scrape/discovery/dns.h"
#include "collectors/scrape/discovery/file.h"
#include "collectors/scrape/discovery/http.h"

namespace lapwing::collectors::scrape {
namespace {

// Files are looked at (stat) this often, whatever refresh_interval says: a look is cheap, and
// who edits a file waits for it.
constexpr Duration kFileInterval = 5s;
// Work that has not ended by then hangs: its thread is given up. A DNS server that is silent takes
// some seconds a name.
constexpr Duration kPatience = 2min;

using SourceOptions = std::variant<FileDiscovery, HttpDiscovery, DnsDiscovery>;

const char* mechanism(const SourceOptions& options) {
  constexpr std::array<const char*, 3> kNames = {"file", "http", "dns"};
  return kNames[options.index()];
}

Duration interval_of(const SourceOptions& options) {
  if (const auto* file = std::get_if<FileDiscovery>(&options))
    return std::min(file->refresh_interval, kFileInterval);
  if (const auto* http = std::get_if<HttpDiscovery>(&options)) return http->refresh_interval;
  return std::get<DnsDiscovery>(options).refresh_interval;
}

std::vector<SourceOptions> sources_of(const DiscoveryOptions& options) {
  std::vector<SourceOptions> sources;
  sources.insert(sources.end(), options.files.begin(), options.files.end());
  sources.insert(sources.end(), options.http.begin(), options.http.end());
  sources.insert(sources.end(), options.dns.begin(), options.dns.end());
  return sources;
}

}  // namespace

struct Discovery::Mailbox {
  std::mutex mutex;
  std::vector<std::pair<std::uint64_t, Result<Found>>> answers;  // guarded by mutex

  void put(std::uint64_t number, Result<Found> found) {
    const std::lock_guard lock(mutex);
    answers.emplace_back(number, std::move(found));
  }
};

/// One entry of a job's *_sd_configs.
struct Discovery::Source {
  std::uint64_t number = 0;
  SourceOptions options;
  Timestamp due = kBeginningOfTime;
  bool in_flight = false;
  bool hangs = false;  // given up, and its thread left behind
  Timestamp asked;
  std::function<bool()> give_up;
  std::vector<TargetGroup> groups;
  std::vector<std::string> trouble;  // said already

  // Shared with the work that is out.
  std::shared_ptr<FileLookup> file;
  std::shared_ptr<DnsLookup> dns;
  std::unique_ptr<HttpAccess> access;
};

struct Discovery::Managed {
  std::shared_ptr<const Job> job;
  std::shared_ptr<HttpAccess> access;
  std::vector<std::unique_ptr<Source>> sources;
  std::shared_ptr<const TargetPool> pool;
  bool changed = true;
};

Discovery::Discovery(Surroundings surroundings)
    : surroundings_(std::move(surroundings)), mailbox_(std::make_shared<Mailbox>()) {}

Discovery::~Discovery() = default;

void Discovery::apply(const std::vector<Job>& jobs) {
  std::vector<std::unique_ptr<Managed>> next;
  for (const Job& job : jobs) {
    const auto known = std::find_if(
        managed_.begin(), managed_.end(),
        [&](const std::unique_ptr<Managed>& old) { return old && old->job->name == job.name; });
    const std::unique_ptr<Managed> before = known != managed_.end() ? std::move(*known) : nullptr;
    if (before && *before->job == job) {
      next.push_back(std::make_unique<Managed>(std::move(*before)));
      continue;
    }
    auto managed = std::make_unique<Managed>();
    managed->job = std::make_shared<const Job>(job);
    managed->access =
        before && before->job->http == job.http
            ? before->access
            : std::make_shared<HttpAccess>(
                  job.http, HttpAccess::Surroundings{surroundings_.clock, surroundings_.send});
    add_sources(*managed, before.get());
    plan(*managed);
    next.push_back(std::move(managed));
  }
  managed_ = std::move(next);
  collect_pools();
}

void Discovery::add_sources(Managed& managed, Managed* before) {
  const std::vector<SourceOptions> wanted = sources_of(managed.job->discovery);
  for (const SourceOptions& options : wanted) {
    const auto same = [&](const std::unique_ptr<Source>& old) {
      return old && old->options == options;
    };
    if (before != nullptr) {
      const auto known = std::find_if(before->sources.begin(), before->sources.end(), same);
      if (known != before->sources.end()) {
        managed.sources.push_back(std::move(*known));
        continue;
      }
    }
    auto source = std::make_unique<Source>();
    source->number = next_number_++;
    source->options = options;
    if (const auto* file = std::get_if<FileDiscovery>(&options))
      source->file = std::make_shared<FileLookup>(*file);
    if (const auto* dns = std::get_if<DnsDiscovery>(&options))
      source->dns = std::make_shared<DnsLookup>(*dns);
    if (const auto* http = std::get_if<HttpDiscovery>(&options))
      source->access = std::make_unique<HttpAccess>(
          http->http, HttpAccess::Surroundings{surroundings_.clock, surroundings_.send});
    managed.sources.push_back(std::move(source));
  }
  if (before == nullptr) return;
  // Until it has answered, a changed entry stands in for one of its kind that has gone.
  for (const std::unique_ptr<Source>& fresh : managed.sources) {
    if (fresh->due != kBeginningOfTime) continue;
    for (std::unique_ptr<Source>& gone : before->sources) {
      if (!gone || gone->options.index() != fresh->options.index()) continue;
      fresh->groups = std::move(gone->groups);
      gone = nullptr;
      break;
    }
  }
}

void Discovery::ask(Source& source, Timestamp now) {
  source.due = now + interval_of(source.options);
  source.in_flight = true;
  source.asked = now;
  const auto deliver = [mailbox = mailbox_, number = source.number](Result<Found> found) {
    mailbox->put(number, std::move(found));
  };
  if (source.file) {
    source.give_up =
        surroundings_.run_slowly([file = source.file, deliver] { deliver(file->refresh()); });
  } else if (source.dns) {
    source.give_up =
        surroundings_.run_slowly([dns = source.dns, deliver] { deliver(dns->refresh()); });
  } else {
    ask_server(source);
  }
}

void Discovery::ask_server(Source& source) {
  const auto& options = std::get<HttpDiscovery>(source.options);
  http::ClientRequest request = lookup_request(options);
  if (auto ready = source.access->prepare(request); !ready)
    return take(source, std::move(ready).error());
  // A long list is parsed on a thread of its own, not on the client's.
  surroundings_.send(
      std::move(request), [options, mailbox = mailbox_, number = source.number,
                           run = surroundings_.run_slowly](Result<http::ClientResponse> answer) {
        auto shared = std::make_shared<Result<http::ClientResponse>>(std::move(answer));
        run([options, mailbox, number, shared] {
          if (!*shared) return mailbox->put(number, shared->error());
          Result<std::vector<TargetGroup>> groups = read_lookup_answer(options, **shared);
          if (groups)
            mailbox->put(number, Found{*std::move(groups), {}});
          else
            mailbox->put(number, Error(groups.error()).in(http::presentable_url(options.url)));
        });
      });
}

void Discovery::give_up(Source& source) {
  const Error hangs = unavailable("no answer within " + format_duration(kPatience));
  if (!source.give_up) {
    // The client has given its answer or will: nothing hangs but what reads it. It comes too late.
    source.number = next_number_++;
    return take(source, hangs);
  }
  // Work that has begun may still end: until then it is not begun again.
  if (!std::exchange(source.give_up, nullptr)()) return take(source, hangs);
  source.hangs = true;
  surroundings_.log.warn("{} discovery hangs; its old targets stay", mechanism(source.options));
}

void Discovery::take(Source& source, Result<Found> answer) {
  source.in_flight = false;
  source.hangs = false;
  source.give_up = nullptr;
  std::vector<std::string> trouble;
  if (answer)
    trouble = std::move(answer->trouble);
  else
    trouble.push_back(answer.error().message + "; the old targets stay");
  surroundings_.registry
      .counter(
          "lapwing_scrape_discovery_refreshes_total",
          "Looks for scrape targets, by mechanism and whether all of it was well.",
          {{"mechanism", mechanism(source.options)}, {"result", trouble.empty() ? "ok" : "failed"}})
      .add();
  for (const std::string& what : trouble)
    if (std::find(source.trouble.begin(), source.trouble.end(), what) == source.trouble.end())
      surroundings_.log.warn("{} discovery: {}", mechanism(source.options), what);
  source.trouble = std::move(trouble);
  if (!answer || answer->groups == source.groups) return;
  source.groups = std::move(answer->groups);
  for (const std::unique_ptr<Managed>& managed : managed_)
    for (const std::unique_ptr<Source>& one : managed->sources)
      if (one.get() == &source) managed->changed = true;
}

void Discovery::plan(Managed& managed) {
  managed.changed = false;
  std::vector<TargetGroup> groups = managed.job->discovery.static_groups;
  for (const std::unique_ptr<Source>& source : managed.sources)
    groups.insert(groups.end(), source->groups.begin(), source->groups.end());
  TargetPool pool = plan_pool(managed.job, groups);
  pool.access = managed.access;
  const std::vector<std::string> said =
      managed.pool ? managed.pool->trouble : std::vector<std::string>();
  for (const std::string& what : pool.trouble)
    if (std::find(said.begin(), said.end(), what) == said.end())
      surroundings_.log.warn("job {}: {}; the target is left out", managed.job->name, what);
  if (!pool.forced_error.empty())
    surroundings_.log.warn("job {}: {}; none of them is scraped", managed.job->name,
                           pool.forced_error);
  managed.pool = std::make_shared<const TargetPool>(std::move(pool));
}

void Discovery::collect_pools() {
  pools_.clear();
  double targets = 0;
  double dropped = 0;
  for (const std::unique_ptr<Managed>& managed : managed_) {
    pools_.push_back(managed->pool);
    targets += double(managed->pool->targets.size());
    dropped += double(managed->pool->dropped_count);
  }
  const auto gauge = [&](const char* state) {
    return surroundings_.registry.gauge("lapwing_scrape_targets",
                                        "Scrape targets, by what relabelling made of them.",
                                        {{"state", state}});
  };
  gauge("active").set(targets);
  gauge("dropped").set(dropped);
}

bool Discovery::step(Timestamp now) {
  std::vector<std::pair<std::uint64_t, Result<Found>>> answers;
  {
    const std::lock_guard lock(mailbox_->mutex);
    answers.swap(mailbox_->answers);
  }
  for (const std::unique_ptr<Managed>& managed : managed_) {
    for (const std::unique_ptr<Source>& source : managed->sources) {
      for (auto& [number, answer] : answers)
        if (number == source->number && source->in_flight) take(*source, std::move(answer));
      if (source->in_flight && !source->hangs && now - source->asked >= kPatience) give_up(*source);
      // After a backward step of the clock nothing may wait for the old time.
      const bool overdue = now >= source->due || source->asked > now;
      if (!source->in_flight && overdue) ask(*source, now);
    }
  }
  bool changed = false;
  for (const std::unique_ptr<Managed>& managed : managed_) {
    if (!managed->changed) continue;
    plan(*managed);
    changed = true;
  }
  if (changed) collect_pools();
  return changed;
}

Timestamp Discovery::due() const {
  Timestamp due = kNever;
  for (const std::unique_ptr<Managed>& managed : managed_) {
    for (const std::unique_ptr<Source>& source : managed->sources) {
      if (!source->in_flight)
        due = std::min(due, source->due);
      else if (!source->hangs)
        due = std::min(due, source->asked + kPatience);
    }
  }
  return due;
}

TargetPool plan_offline(const Job& job, std::vector<std::string>& not_asked) {
  std::vector<TargetGroup> groups = job.discovery.static_groups;
  std::vector<std::string> trouble;
  for (const FileDiscovery& options : job.discovery.files) {
    Found found = FileLookup(options).refresh();
    groups.insert(groups.end(), found.groups.begin(), found.groups.end());
    trouble.insert(trouble.end(), found.trouble.begin(), found.trouble.end());
  }
  for (const HttpDiscovery& options : job.discovery.http)
    not_asked.push_back("http_sd_configs: " + http::presentable_url(options.url));
  for (const DnsDiscovery& options : job.discovery.dns)
    for (const std::string& name : options.names) not_asked.push_back("dns_sd_configs: " + name);
  TargetPool pool = plan_pool(std::make_shared<const Job>(job), groups);
  pool.trouble.insert(pool.trouble.begin(), trouble.begin(), trouble.end());
  return pool;
}

}  // namespace lapwing::collectors::scrape
