#ifndef CSQLITE_H
#define CSQLITE_H

/// Lets SQLite keep no statistics of its memory, for which every allocation of every connection takes one lock.
///
/// To be called before SQLite is used; afterwards it does nothing.
/// Returns SQLITE_OK, or SQLITE_MISUSE when it came too late.
/// Source: SQLite, "Run-Time Library Configuration", SQLITE_CONFIG_MEMSTATUS.
int csqlite_keep_no_memory_statistics(void);

#endif
