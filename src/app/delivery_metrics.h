#pragma once

#include <vector>

#include "catalog/cashbacks.h"
#include "delivery/engine.h"

namespace eyed::app {

class Families;

/// The metrics of each destination. Any thread.
void add_deliveries(const std::vector<delivery::Engine::Figures>& destinations, Families& out);
/// Whether deliveries go on: the catalog takes what was sent. Any thread.
void add_deliveries_work(bool work, Families& out);
/// How many cashbacks stand in which state, and what is due of them. Any thread.
void add_cashback(const std::vector<catalog::Cashbacks::StateTotal>& states, Families& out);

}  // namespace eyed::app
