# Real input: the Chinook sample database, one conversation per support
# representative.  What each can see is exactly what a superuser's hand-written
# WHERE gives, over every table and join; then one call per customer.
use strict;
use warnings;
use JSON::PP ();
use Test::More;
use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/../lib';
use AgentSandbox;
use GatewayTest;

load_chinook('chinook');

my @tables = split /\n/, sql(q{SELECT relname FROM pg_class WHERE relnamespace = 'chinook'::regnamespace AND relkind = 'r' ORDER BY 1});
is(scalar @tables, 11, 'all its tables');
sql(<<'SQL');
SELECT agentsandbox.create_profile('support', search_path => 'chinook');
GRANT USAGE ON SCHEMA chinook TO support;
GRANT SELECT ON ALL TABLES IN SCHEMA chinook TO support;
SELECT agentsandbox.protect('chinook.customer', 'support_rep_id', 'rep');
SELECT agentsandbox.protect_through('chinook.invoice', '{customer_id}', 'chinook.customer');
SELECT agentsandbox.protect_through('chinook.invoice_line', '{invoice_id}', 'chinook.invoice');
SQL

# What a table of Chinook has to show to representative %d.
my %where = (
	customer     => 'support_rep_id = %d',
	invoice      => 'customer_id IN (SELECT customer_id FROM chinook.customer WHERE support_rep_id = %d)',
	invoice_line => 'invoice_id IN (SELECT invoice_id FROM chinook.invoice JOIN chinook.customer USING (customer_id) WHERE support_rep_id = %d)');

# Joins: the agent's form, and what stands for its row-level security.
my @joins = (
	'SELECT c.customer_id, i.invoice_id, i.total FROM customer c JOIN invoice i USING (customer_id)',
	'SELECT c.email, l.track_id, l.quantity FROM customer c JOIN invoice i USING (customer_id) JOIN invoice_line l USING (invoice_id)',
	'SELECT l.invoice_line_id, t.name FROM invoice_line l JOIN track t USING (track_id)',
	'SELECT i.invoice_id, c.last_name FROM invoice i LEFT JOIN customer c USING (customer_id)',
	'SELECT c.customer_id, i.invoice_id FROM customer c FULL JOIN invoice i USING (customer_id)',
	'SELECT g.name, sum(l.quantity * l.unit_price) FROM invoice_line l JOIN track USING (track_id) JOIN genre g USING (genre_id) GROUP BY g.name',
	'SELECT e.last_name, count(c.customer_id) FROM employee e LEFT JOIN customer c ON c.support_rep_id = e.employee_id GROUP BY e.last_name',
	'SELECT c.country, c.city, sum(i.total) FROM customer c JOIN invoice i USING (customer_id) GROUP BY ROLLUP (c.country, c.city)');

my @reps = split /\n/, sql('SELECT DISTINCT support_rep_id FROM chinook.customer ORDER BY 1');
cmp_ok(scalar @reps, '>', 1, 'several representatives');

# One call per customer: each representative writes to its own customers.
my $http = start_http();
prepare_methods();
sql(<<'SQL');
SELECT agentsandbox.create_method('send_mail',
    request => '{"type": "object", "additionalProperties": false, "required": ["customer", "email"],
                 "properties": {"customer": {"type": "integer", "minimum": 1},
                                "email": {"type": "string", "maxLength": 60}}}',
    response => '{"type": "object", "required": ["body"]}');
SELECT agentsandbox.allow_method('support', 'send_mail');
SQL
my $gateway = start_gateway(methods => { send_mail => handler($http, path => '/echo') });

my $seen = 0;
for my $rep (@reps)
{
	my $agent = open_conversation('support', qq({"rep": $rep}));

	for my $table (@tables)
	{
		my $where = $where{$table} ? sprintf($where{$table}, $rep) : 'true';
		my $want = sql("SELECT t::text FROM chinook.$table t WHERE $where ORDER BY 1");
		my $got = sql_as($agent, "SELECT t::text FROM $table t ORDER BY 1");
		is($got, $want, "representative $rep sees exactly its rows of $table");
		$seen += () = $got =~ /^/mg if $where{$table};
	}
	for my $join (@joins)
	{
		my $want = sql(join '', "SET search_path = chinook; WITH ",
			join(', ', map { sprintf("%s AS (SELECT * FROM chinook.%s WHERE $where{$_})", $_, $_, $rep) } sort keys %where),
			" SELECT j::text FROM ($join) j ORDER BY 1");
		my $got = sql_as($agent, "SELECT j::text FROM ($join) j ORDER BY 1");
		is($got, $want, "representative $rep: $join");
	}

	sql_as($agent, q{INSERT INTO RemoteProcedureCalls (method, arguments)
		SELECT 'send_mail', jsonb_build_object('customer', customer_id, 'email', email) FROM customer});
	is(sql_as($agent, q{SELECT count(*), count(*) FILTER (WHERE (a).status = 'completed')
			FROM (SELECT agentsandbox.await(id) AS a FROM RemoteProcedureCalls) c}),
		join('|', (sql("SELECT count(*) FROM chinook.customer WHERE support_rep_id = $rep")) x 2),
		"representative $rep: a call per customer is answered");
}
is($seen, sql('SELECT (SELECT count(*) FROM chinook.customer) + (SELECT count(*) FROM chinook.invoice) + (SELECT count(*) FROM chinook.invoice_line)') + 0,
	'together the representatives see every protected row once');
# a body is text already; names have letters of many languages
is_deeply(
	[ sort { $a <=> $b } map { JSON::PP->new->decode($_->{body})->{customer} } $http->requests ],
	[ split /\n/, sql('SELECT customer_id FROM chinook.customer ORDER BY 1') ],
	'the endpoint was called once for every customer');
is($gateway->stop, 0, 'the gateway ends');
done_testing();
