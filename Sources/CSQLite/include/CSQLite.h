#ifndef CSQLITE_H
#define CSQLITE_H

/// Lets SQLite keep no statistics of its memory, for which every allocation of every connection takes one lock.
///
/// To be called before SQLite is used; afterwards it does nothing.
/// Returns SQLITE_OK, or SQLITE_MISUSE when it came too late.
/// Source: SQLite, "Run-Time Library Configuration", SQLITE_CONFIG_MEMSTATUS.
int csqlite_keep_no_memory_statistics(void);

struct sqlite3;

/// Lets a connection leave the write-ahead log as it is when it is closed, even if it is the last one.
///
/// Returns SQLITE_OK.
/// Source: SQLite, "Database Connection Configuration Options", SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE.
int csqlite_leave_log_when_closed(struct sqlite3 *connection);

#endif
