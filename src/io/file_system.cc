#include "io/file_system.h"
