/*
 * setting.h
 *	  The setting gate: which settings a sandboxed session may change or see.
 */
#ifndef ASB_SETTING_H
#define ASB_SETTING_H

#include "nodes/parsenodes.h"

#include "session/profile.h"

/* How a setting is reached.  ALTER ROLE ... SET and kin are "stored". */
typedef enum AsbSettingWay
{
	ASB_SETTING_SET,			/* SET, SET LOCAL, set_config(); NULL: RESET */
	ASB_SETTING_SHOW,			/* SHOW, current_setting() */
	ASB_SETTING_STARTUP,		/* in the startup packet; no transaction needed */
	ASB_SETTING_STORED			/* in pg_db_role_setting, so by an administrator */
} AsbSettingWay;

typedef enum AsbSettingVerdict
{
	ASB_SETTING_UNLISTED,		/* whether or not it exists */
	ASB_SETTING_BAD_VALUE,		/* listed, but not with this value */
	ASB_SETTING_ALLOWED,
	ASB_SETTING_IGNORED			/* accepted, so that drivers go on, without effect */
} AsbSettingVerdict;

typedef enum AsbSettingKind
{
	ASB_SETTING_SEEN,			/* SHOW only */
	ASB_SETTING_FIXED,			/* SET is accepted without effect */
	ASB_SETTING_FREE,			/* any value that the server takes */
	ASB_SETTING_CHECKED,		/* values that "check" accepts */
	ASB_SETTING_TIME			/* down from the profile's limit, never zero */
} AsbSettingKind;

/* What the list says of one setting; settings not listed are refused. */
typedef struct AsbSetting
{
	const char *name;
	AsbSettingKind kind;
	const char *values;			/* which values are allowed, a hint; or NULL */
	const char *reason;			/* why this does no harm */
	bool		(*check) (const char *value);
	const char *instead;		/* where the server is configured with a value
								 * that "check" does not accept; NULL: what
								 * the server has does no harm, or limit.c
								 * replaces it */
	int			limit;			/* offset in AsbLimits */
} AsbSetting;

/*
 * The one decision of this gate, under a profile; NULL where there is none, as
 * for a pool role.  The limits of time are compared with the profile's for
 * ASB_SETTING_SET; in the other ways, whose value the binding of the session
 * replaces, any time will do.
 */
extern AsbSettingVerdict asb_setting_decide(const AsbProfile *profile, const char *name,
											const char *value, AsbSettingWay way);

/* The i-th entry of the list, NULL after the last. */
extern const AsbSetting *asb_setting_listed(int i);

/*
 * Judges SET and RESET in all their forms but those of the role and of the
 * session authorization, which are the statement gate's.  Refuses, or returns
 * whether the statement is to be executed: false if it is accepted without
 * effect.
 */
extern bool asb_setting_gate_set(VariableSetStmt *stmt);

/* Judges SHOW. */
extern void asb_setting_gate_show(const VariableShowStmt *stmt);

/* Judges the options of BEGIN and START TRANSACTION. */
extern void asb_setting_gate_transaction(List *options);

/*
 * Judges a call of current_setting() or set_config(), by whatever name, as
 * parse analysis left it.  Refuses unless name and value are constants and
 * SHOW or SET would be allowed.  The caller knows that prosrc is
 * show_config_by_name, show_config_by_name_missing_ok or set_config_by_name.
 */
extern void asb_setting_gate_call(const FuncExpr *call);

/*
 * Judges what ALTER ROLE ... SET and ALTER DATABASE ... SET left for this
 * session; error if it holds a setting that is not listed.
 */
extern void asb_setting_check_stored(void);

/*
 * Replaces what the server's configuration has of the list's settings and an
 * agent could not set.
 */
extern void asb_setting_bind(void);

#endif							/* ASB_SETTING_H */
