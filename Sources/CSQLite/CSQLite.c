#include "CSQLite.h"

#include <sqlite3.h>

// A function of variable arguments, which Swift cannot call.
int csqlite_keep_no_memory_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
