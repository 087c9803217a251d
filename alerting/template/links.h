// Links to a query, in the form that Prometheus's page and ours read.
#pragma once

#include <string>
#include <string_view>

namespace lapwing::alerting {

/// application/x-www-form-urlencoded: a blank becomes '+'.
std::string url_query_escape(std::string_view text);
/// "/graph?g0.expr=…&g0.tab=1": the query's values as a table.
std::string link_to_table(std::string_view expression);
/// The same with tab 0: its graph.
std::string link_to_graph(std::string_view expression);

}  // namespace lapwing::alerting
