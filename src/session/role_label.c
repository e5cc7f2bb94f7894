/*
 * role_label.c
 *	  Reads and writes the security labels of roles.
 */
#include "postgres.h"

#include "catalog/objectaddress.h"
#include "catalog/pg_authid.h"
#include "commands/seclabel.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "session/role_label.h"

#define CONVERSATION_PREFIX "conversation_"

#define EPOCH_OFFSET_SECONDS \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

/* By hand: a login does this several times, and sscanf() takes longer than all the rest. */
static bool
parse_uuid(const char *text, pg_uuid_t *uuid)
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(text) != 2 * UUID_LEN)
		return false;
	for (int i = 0; i < UUID_LEN; i++)
	{
		const char *high = strchr(digits, text[2 * i]);
		const char *low = strchr(digits, text[2 * i + 1]);

		if (high == NULL || low == NULL)
			return false;
		uuid->data[i] = (unsigned char) ((high - digits) << 4 | (low - digits));
	}
	return true;
}

static void
format_uuid(const pg_uuid_t *uuid, char *buffer)
{
	buffer[hex_encode((const char *) uuid->data, UUID_LEN, buffer)] = '\0';
}

bool
asb_role_label_parse(const char *text, AsbRoleLabel *label)
{
	char		uuid[2 * UUID_LEN + 1];
	unsigned int database;
	long long	expires;
	int			consumed = -1;

	memset(label, 0, sizeof(*label));

	if (strcmp(text, "predefined") == 0)
		label->kind = ASB_ROLE_PREDEFINED;
	else if (strcmp(text, "profile") == 0)
		label->kind = ASB_ROLE_PROFILE;
	else if (sscanf(text, "conversation %32s %u %lld%n",
					uuid, &database, &expires, &consumed) == 3 &&
			 consumed == (int) strlen(text) &&
			 parse_uuid(uuid, &label->conversation))
	{
		label->kind = ASB_ROLE_CONVERSATION;
		label->database = database;
		label->expires_at = (expires - EPOCH_OFFSET_SECONDS) * USECS_PER_SEC;
	}
	else
		return false;
	return true;
}

AsbRoleLabel
asb_role_label(Oid role)
{
	ObjectAddress address;
	char	   *text;
	AsbRoleLabel label = {ASB_ROLE_ORDINARY};

	ObjectAddressSet(address, AuthIdRelationId, role);
	text = GetSecurityLabel(&address, ASB_LABEL_PROVIDER);
	if (text == NULL)
		return label;
	if (!asb_role_label_parse(text, &label))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("security label of role with OID %u is not a label of agentsandbox",
						role)));
	return label;
}

void
asb_role_label_set(Oid role, const AsbRoleLabel *label)
{
	ObjectAddress address;
	char		uuid[2 * UUID_LEN + 1];
	char	   *text = NULL;

	switch (label->kind)
	{
		case ASB_ROLE_ORDINARY:
			break;
		case ASB_ROLE_PREDEFINED:
			text = "predefined";
			break;
		case ASB_ROLE_PROFILE:
			text = "profile";
			break;
		case ASB_ROLE_CONVERSATION:
			format_uuid(&label->conversation, uuid);
			text = psprintf("conversation %s %u " INT64_FORMAT,
							uuid, label->database,
							(label->expires_at + USECS_PER_SEC - 1) / USECS_PER_SEC +
							EPOCH_OFFSET_SECONDS);
			break;
	}

	ObjectAddressSet(address, AuthIdRelationId, role);
	SetSecurityLabel(&address, ASB_LABEL_PROVIDER, text);
}

char *
asb_conversation_role_name(const pg_uuid_t *conversation)
{
	char	   *name = palloc(NAMEDATALEN);

	strcpy(name, CONVERSATION_PREFIX);
	format_uuid(conversation, name + strlen(CONVERSATION_PREFIX));
	return name;
}

bool
asb_is_conversation_role_name(const char *name)
{
	pg_uuid_t	conversation;

	return strncmp(name, CONVERSATION_PREFIX, strlen(CONVERSATION_PREFIX)) == 0 &&
		parse_uuid(name + strlen(CONVERSATION_PREFIX), &conversation);
}
