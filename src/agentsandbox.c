/*
 * agentsandbox.c
 *	  Module entry: calls each layer's init, lowest first; nothing else.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "confine/decisions.h"
#include "confine/disclosure.h"
#include "confine/hooks.h"
#include "confine/limit.h"
#include "confine/refusal.h"
#include "confine/usage.h"
#include "core/catalog.h"
#include "core/settings.h"
#include "core/shmem.h"
#include "core/wakeup.h"
#include "flow/label.h"
#include "flow/object.h"
#include "flow/provider.h"
#include "flow/raise.h"
#include "flow/request.h"
#include "rpc/await.h"
#include "rpc/method.h"
#include "rpc/ready.h"
#include "session/bind.h"
#include "session/session.h"
#include "session/slot.h"
#include "worker/worker.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	/*
	 * Loaded late, the login of a conversation has passed unjudged already.
	 * A conversation's role has session_preload_libraries = agentsandbox, so
	 * that a server whose configuration lost the line ends up here and the
	 * error ends the login.
	 */
	if (!process_shared_preload_libraries_in_progress)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("agentsandbox must be loaded via shared_preload_libraries"),
				 errhint("Add agentsandbox to shared_preload_libraries and restart the server.")));

	asb_settings_init();
	asb_shmem_init();
	asb_catalog_init();
	asb_wakeup_init();
	asb_slot_init();
	asb_session_init();
	asb_bind_init();
	asb_label_init();
	asb_object_init();
	asb_request_init();
	asb_raise_init();
	asb_provider_init();
	asb_usage_init();
	asb_refusal_init();
	asb_disclosure_init();
	asb_limit_init();
	asb_decisions_init();
	asb_hooks_init();
	asb_method_init();
	asb_await_init();
	asb_ready_init();
	asb_worker_init();
}
