/*
 * queue.h
 *		The gateway's side of the call queue.
 *
 * Requests are written down and sent together by asb_queue_step(); answers come
 * back through the callbacks, called from within asb_queue_step() only.  A
 * report survives the loss of the connection: it is sent again until the
 * database has answered it or the lease is over.
 */
#ifndef ASB_GATEWAY_QUEUE_H
#define ASB_GATEWAY_QUEUE_H

#include "bin/common/connection.h"
#include "bin/gateway/call.h"

typedef struct AsbQueue AsbQueue;

typedef struct AsbQueueEvents
{
	void	   *owner;
	/* A claimed call; the receiver owns it and sets config and handler. */
	void		(*claimed) (void *owner, AsbCall *call);
	/* The answer to asb_queue_claim(): how many came; -1: it was an error. */
	void		(*claim_done) (void *owner, int count);
	/* There may be calls: a notification came, or the connection is new. */
	void		(*ready) (void *owner);
	/* The report was taken; status is the call's new one. */
	void		(*reported) (void *owner, AsbCall *call, const char *status);
	/* The lease is not ours any more, or the report can no longer be given. */
	void		(*lost) (void *owner, AsbCall *call, const char *reason);
} AsbQueueEvents;

extern AsbQueue *asb_queue_open(const AsbQueueEvents *events, AsbConfig *config);
extern void asb_queue_close(AsbQueue *queue);

/* Takes another configuration into use; connects anew if it says so. */
extern void asb_queue_configure(AsbQueue *queue, AsbConfig *config);

extern bool asb_queue_is_up(const AsbQueue *queue);

/* Asks for up to max calls.  Only while up and no other claim is under way. */
extern void asb_queue_claim(AsbQueue *queue, int max);

/* Asks for a new lease; only while up. */
extern void asb_queue_extend(AsbQueue *queue, AsbCall *call);

/* Reports call->outcome. */
extern void asb_queue_report(AsbQueue *queue, AsbCall *call);

/* Forgets all requests for a call that is about to be freed. */
extern void asb_queue_forget(AsbQueue *queue, const AsbCall *call);

/* Connects, sends, receives; never blocks. */
extern void asb_queue_step(AsbQueue *queue, int64_t now);

/* What to poll for, and the time by which asb_queue_step() is due anyway. */
extern int	asb_queue_socket(const AsbQueue *queue, bool *for_writing);
extern int64_t asb_queue_due(const AsbQueue *queue);

#endif
