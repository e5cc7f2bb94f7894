# The surface proven complete on real input: the Chinook sample database.
use strict;
use warnings;
use AgentSandbox;
use Audit;
use Test::More;

load_chinook('chinook');
sql(<<'SQL');
SELECT agentsandbox.create_profile('support', search_path => 'chinook');
GRANT USAGE ON SCHEMA chinook TO support;
GRANT SELECT ON chinook.artist, chinook.album, chinook.track, chinook.customer, chinook.invoice, chinook.invoice_line TO support;
GRANT SELECT (employee_id, first_name, last_name) ON chinook.employee TO support;
GRANT UPDATE (phone, email) ON chinook.customer TO support;
SELECT agentsandbox.protect('chinook.customer', 'support_rep_id', 'rep');
SELECT agentsandbox.protect_through('chinook.invoice', '{customer_id}', 'chinook.customer');
SELECT agentsandbox.protect_through('chinook.invoice_line', '{invoice_id}', 'chinook.invoice');
SELECT agentsandbox.create_method('send_mail', 'true', 'true'), agentsandbox.allow_method('support', 'send_mail');
SQL
equal_surface('--context', '{"rep": 3}', 'support', 'Chinook: nothing more and nothing less');
sql('REVOKE SELECT ON chinook.artist FROM support; GRANT INSERT ON chinook.genre TO support');
equal_surface('--schema', 'chinook', 'support', '... and after grants have changed');

# ... by somebody who is no superuser, as the auditor's manual says
sql("CREATE ROLE olivia LOGIN PASSWORD 'x' IN ROLE agentsandbox_operator, agentsandbox_auditor");
{
	local @ENV{qw(PGUSER PGPASSWORD)} = qw(olivia x);
	equal_surface('--context', '{"rep": 3}', 'support', '... and for an operator and auditor');
}

done_testing();
