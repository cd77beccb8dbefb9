#include "store/event_store.h"
