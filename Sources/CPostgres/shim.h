#include <libpq-fe.h>

static inline void touchline_pq_drop_notice(void *argument, const PGresult *result)
{
    (void)argument;
    (void)result;
}

/// Drops notices instead of printing them to stderr: they may quote data.
static inline void touchline_pq_ignore_notices(PGconn *connection)
{
    PQsetNoticeReceiver(connection, touchline_pq_drop_notice, 0);
}

/// The field codes of PQresultErrorField, which are character macros that Swift does not import.
static inline int touchline_pq_sqlstate_field(void) { return PG_DIAG_SQLSTATE; }
static inline int touchline_pq_message_field(void) { return PG_DIAG_MESSAGE_PRIMARY; }
static inline int touchline_pq_position_field(void) { return PG_DIAG_STATEMENT_POSITION; }
