# Random schemas with random grants, from a seed: tables, views, functions and
# all else that grants can be about, given to a profile, to roles it is a
# member of, to PUBLIC and to strangers.  Every text in a table is a marker
# that names its column, so that what an agent gets to see tells where it is from.
#
#     my $random = RandomSchema->new($seed, 'r1');
#     sql($random->sql);          # makes schemas r1_a, r1_b and r1_c, profile r1
#     sql($random->drop);

package RandomSchema;

use strict;
use warnings;

# A generator of its own, so that a seed gives the same on every machine.
sub new
{
	my ($class, $seed, $name) = @_;
	return bless { state => ($seed * 2654435761 + 1) & 0xffffffff, name => $name, sql => [], relations => [], functions => [],
		sequences => [], types => [], columns => {} }, $class;
}

sub below
{
	my ($self, $n) = @_;
	$self->{state} = ($self->{state} * 1103515245 + 12345) & 0x7fffffff;
	return ($self->{state} >> 8) % $n;
}

sub chance { my ($self, $percent) = @_; return $self->below(100) < $percent }
sub pick { my ($self, @list) = @_; return @list ? $list[ $self->below(scalar @list) ] : undef }
sub some { my ($self, $percent, @list) = @_; return grep { $self->chance($percent) } @list }
sub add { my ($self, @sql) = @_; push @{ $self->{sql} }, @sql; return }

# The third holds only what is mixed in last, so that a seed gives the same as it did before
sub first_schemas { my ($self) = @_; return map { "$self->{name}_$_" } qw(a b) }
sub schemas { my ($self) = @_; return $self->first_schemas, "$self->{name}_c" }
sub schema { my ($self) = @_; return $self->pick($self->first_schemas) }
sub any_schema { my ($self) = @_; return $self->pick($self->schemas) }

# Names that need quotes now and then
sub called
{
	my ($self, $base) = @_;
	return $self->chance(12) ? "\"$base Odd\"\"$base\"" : $base;
}

sub some_type
{
	my ($self) = @_;
	return $self->pick(qw(int text text text numeric date jsonb int[] uuid float8 varchar(9) xml regclass tsvector),
		@{ $self->{types} });
}

sub add_types
{
	my ($self) = @_;
	for my $i (1 .. $self->below(4))
	{
		my $type = $self->schema . ".t$i";
		my $definition = $self->pick("TYPE $type AS ENUM ('x', 'y')", "DOMAIN $type AS " . $self->pick(qw(int text xml)),
			"TYPE $type AS (f " . $self->some_type . ', g text)', "TYPE $type AS RANGE (subtype = int8)");
		$self->add("CREATE $definition");
		$self->add("REVOKE USAGE ON TYPE $type FROM PUBLIC") if $self->chance(30);
		push @{ $self->{types} }, $type, $self->some(40, "$type\[]");
	}
	return;
}

sub add_tables
{
	my ($self) = @_;
	for my $i (1 .. 2 + $self->below(3))
	{
		my $table = $self->schema . '.' . $self->called("table$i");
		my @columns = map { $self->called("c$_") } 1 .. 1 + $self->below(4);
		my @types = map { $self->some_type } @columns;
		my @texts = grep { $types[$_] eq 'text' } 0 .. $#columns;
		my @definitions = map { "$columns[$_] $types[$_]" } 0 .. $#columns;
		push @definitions, 'made int GENERATED ALWAYS AS (1) STORED' if $self->chance(15);
		push @definitions, 'number int GENERATED ' . $self->pick('ALWAYS', 'BY DEFAULT') . ' AS IDENTITY' if $self->chance(20);
		my $partitioned = $self->chance(15) && $types[0] eq 'int' && "$table@columns" !~ /"/;
		$self->add("CREATE TABLE $table (" . join(', ', @definitions) . ')' . ($partitioned ? " PARTITION BY LIST ($columns[0])" : ''));
		$self->add("CREATE TABLE $table\_p PARTITION OF $table DEFAULT") if $partitioned;
		if (@texts && !$partitioned)
		{
			my $values = join ', ', map { (my $column = "$table.$columns[$_]") =~ s/'/''/g; "'MARKER<$column>'" } @texts;
			$self->add("INSERT INTO $table (" . join(', ', map { $columns[$_] } @texts) . ") VALUES ($values)");
		}
		if ($self->chance(25))
		{
			$self->add("ALTER TABLE $table ENABLE ROW LEVEL SECURITY");
			$self->add("CREATE POLICY own ON $table USING (" . $self->pick('true', "agentsandbox.context('tenant') = 'x'", 'false') . ')')
			  if $self->chance(80);
		}
		push @{ $self->{tables} }, $table;
		push @{ $self->{relations} }, $table, $partitioned ? "$table\_p" : ();
		$self->{columns}{$table} = \@columns;
		$self->{texts}{$table} = [ map { $columns[$_] } @texts ];
	}
	if ($self->chance(30))
	{
		my $parent = $self->pick(grep { !/"/ } @{ $self->{tables} }) or return;
		return if grep { /^CREATE TABLE \Q$parent\E .*(?:PARTITION BY|IDENTITY|STORED)/ } @{ $self->{sql} };
		my $child = $self->schema . '.child';
		$self->add("CREATE TABLE $child (extra text) INHERITS ($parent)");
		push @{ $self->{relations} }, $child;
		$self->{columns}{$child} = ['extra'];
	}
	return;
}

sub add_views
{
	my ($self) = @_;
	for my $i (1 .. $self->below(5))
	{
		my $from = $self->pick(grep { $self->{columns}{$_} } @{ $self->{relations} });
		my @columns = $self->some(60, @{ $self->{columns}{$from} });
		@columns = @{ $self->{columns}{$from} } if !@columns;
		my $view = $self->schema . '.' . $self->called("view$i");
		my $kind = $self->pick('VIEW', 'VIEW', 'VIEW', 'MATERIALIZED VIEW');
		my $options = $kind eq 'VIEW' ? $self->pick('', '', ' WITH (security_barrier)', ' WITH (security_invoker)') : '';
		my $tail = $self->pick('', '', " WHERE $columns[0] IS NOT NULL", ' LIMIT 5');
		$self->add("CREATE $kind $view$options AS SELECT " . join(', ', @columns) . " FROM $from$tail");
		push @{ $self->{relations} }, $view;
		push @{ $self->{views} }, $view if $kind eq 'VIEW';
		$self->{columns}{$view} = \@columns;
	}
	for my $i (1 .. $self->below(3))
	{
		my $sequence = $self->schema . ".seq$i";
		$self->add("CREATE SEQUENCE $sequence");
		push @{ $self->{sequences} }, $sequence;
	}
	return;
}

sub add_functions
{
	my ($self) = @_;
	for my $i (1 .. $self->below(5))
	{
		my $function = $self->schema . '.' . $self->called("f$i");
		my @arguments = map { $self->some_type } 1 .. $self->below(3);
		s/\(.*\)// for @arguments;
		my $table = $self->pick(@{ $self->{tables} });
		my $text = $self->pick(@{ $self->{texts}{$table} });
		my $body = $text ? "SELECT min($text) FROM $table" : "SELECT 'nothing'::text";
		my $signature = "$function(" . join(', ', @arguments) . ')';
		my $security = $self->chance(50) ? 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp' : 'SECURITY INVOKER';
		$self->add($self->chance(50) ? "CREATE FUNCTION $signature RETURNS text LANGUAGE sql $security AS \$f\$ $body \$f\$"
			: "CREATE FUNCTION $signature RETURNS text LANGUAGE plpgsql $security AS \$f\$ BEGIN RETURN ($body); END \$f\$");
		push @{ $self->{functions} }, "FUNCTION $signature";
	}
	if ($self->chance(30))
	{
		my $procedure = $self->schema . '.proc(a int)';
		$self->add("CREATE PROCEDURE $procedure LANGUAGE plpgsql AS 'BEGIN END'");
		push @{ $self->{functions} }, "PROCEDURE $procedure";
	}
	if ($self->chance(30))
	{
		my $schema = $self->schema;
		$self->add("CREATE AGGREGATE $schema.agg(int) (sfunc = pg_catalog.int4pl, stype = int, initcond = '0')",
			"CREATE FUNCTION $schema.same(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT \$1 = \$2'",
			"CREATE OPERATOR $schema.=== (function = $schema.same, leftarg = int, rightarg = int)");
		push @{ $self->{functions} }, "FUNCTION $schema.agg(int)", "FUNCTION $schema.same(int, int)";
	}
	return;
}

# What runs by itself when a table is changed
sub add_reactions
{
	my ($self) = @_;
	my @plain = grep { @{ $self->{texts}{$_} } } @{ $self->{tables} };
	for my $i (1 .. $self->below(3))
	{
		my ($table, $target) = ($self->pick(@plain), $self->pick(@plain));
		next if !$table || $table eq $target;
		my $schema = $self->schema;
		my $column = $self->{texts}{$target}[0];
		if ($self->chance(60))
		{
			$self->{reacted}{$target} = 1;
			my $security = $self->chance(70) ? 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp' : '';
			$self->add("CREATE FUNCTION $schema.react$i() RETURNS trigger LANGUAGE plpgsql $security AS \$f\$"
				  . " BEGIN INSERT INTO $target ($column) VALUES ('reacted'); RETURN NULL; END \$f\$",
				"CREATE TRIGGER react$i AFTER " . $self->pick('INSERT', 'UPDATE OR DELETE', 'INSERT OR UPDATE')
				  . " ON $table FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION $schema.react$i()");
		}
		elsif (!$self->{ruled}{$table}++ && !$self->{ruled}{$target}++)
		{
			$self->add("CREATE RULE react$i AS ON INSERT TO $table DO ALSO INSERT INTO $target ($column) VALUES ('ruled')");
		}
	}
	return;
}

sub add_grants
{
	my ($self) = @_;
	my $name = $self->{name};
	my @to = (($name) x 5, "$name\_group", "$name\_group", 'PUBLIC', "$name\_stranger");
	my $to = sub { $self->pick(@to) };

	$self->add("GRANT USAGE ON SCHEMA $_ TO " . $self->pick(($name) x 7, "$name\_group", 'PUBLIC', "$name\_stranger"))
	  for $self->first_schemas;
	for my $relation (@{ $self->{relations} })
	{
		for (1 .. $self->below(4))
		{
			my $privileges = join ', ', $self->some(45, qw(SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER));
			$self->add("GRANT " . ($privileges || 'ALL') . " ON $relation TO " . $to->());
		}
		my @columns = @{ $self->{columns}{$relation} // [] };
		for my $column ($self->some(25, @columns))
		{
			$self->add('GRANT ' . $self->pick(qw(SELECT SELECT INSERT UPDATE)) . " ($column) ON $relation TO " . $to->());
		}
		$self->add("REVOKE " . $self->pick(qw(SELECT INSERT ALL)) . " ON $relation FROM $name") if $self->chance(8);
		$self->add("ALTER TABLE $relation OWNER TO " . $self->pick("$name\_stranger", "$name\_stranger", $name, "$name\_group"))
		  if $self->chance(12);
	}
	$self->add('GRANT ' . $self->pick('USAGE', 'SELECT', 'UPDATE', 'ALL') . " ON SEQUENCE $_ TO " . $to->())
	  for $self->some(60, @{ $self->{sequences} });
	for my $function (@{ $self->{functions} })
	{
		$self->add("REVOKE EXECUTE ON $function FROM PUBLIC") if $self->chance(50);
		$self->add("GRANT EXECUTE ON $function TO " . $to->()) if $self->chance(50);
	}
	$self->add("GRANT USAGE ON TYPE $_ TO " . $to->()) for $self->some(30, grep { !/\[/ } @{ $self->{types} });
	return;
}

# Who owns something of a mixture, or may use it
sub somebody { my ($self) = @_; return $self->pick("$self->{name}_stranger", "$self->{name}_stranger", "$self->{name}_deep", "$self->{name}_group", $self->{name}, 'CURRENT_USER') }

sub grant_something
{
	my ($self, $relation, $to, @columns) = @_;
	my @privileges = $self->some(55, qw(SELECT INSERT UPDATE DELETE));
	return if !@privileges;
	my $column = $self->pick(@columns);
	my $list = join ', ', map { $column && $_ ne 'DELETE' && $self->chance(35) ? "$_ ($column)" : $_ } @privileges;
	my $option = $to ne 'PUBLIC' && $self->chance(15) ? ' WITH GRANT OPTION' : '';
	return $self->add("GRANT $list ON $relation TO $to$option");
}

# A function whose text is followed: it reads a table, or writes one
sub add_atomic
{
	my ($self, $function, $returns, @tables) = @_;
	my ($read, $write) = ($self->pick(@tables), $self->pick(@tables));
	my $result = $returns eq 'text' ? "(SELECT min(t) FROM $read)" : $returns eq 'int' ? "(SELECT count(*)::int FROM $read)" : "(SELECT count(*) >= 0 FROM $read)";
	my $change = $self->pick('', "INSERT INTO $write (t) VALUES ('by function');", "UPDATE $write SET n = n + 1;", "DELETE FROM $write WHERE t = 'by function';");
	my $security = $self->chance(60) ? 'SECURITY DEFINER' : '';
	my $argument = $returns eq 'boolean' ? 'text' : '';
	$self->add("CREATE FUNCTION $function($argument) RETURNS $returns LANGUAGE sql $security BEGIN ATOMIC $change SELECT $result; END");
	$self->add("ALTER FUNCTION $function($argument) OWNER TO " . $self->somebody) if $self->chance(60);
	$self->add("REVOKE EXECUTE ON FUNCTION $function($argument) FROM PUBLIC") if $self->chance(30);
	return $self->add("GRANT EXECUTE ON FUNCTION $function($argument) TO " . $self->pick($self->{name}, "$self->{name}_deep", 'PUBLIC')) if $self->chance(50);
}

# Tables with a key, a text and a number, tied to each other in every way
sub add_mixed_tables
{
	my ($self) = @_;
	my $name = $self->{name};
	my @tables = map { $self->any_schema . ".mixed$_" } 1 .. 3 + $self->below(3);
	my @late;
	for my $table (@tables)
	{
		my @earlier = grep { $_ ne $table && $self->{columns}{$_} } @tables;
		my $domain = $self->any_schema . '.dom' . scalar @earlier;
		if (@earlier && $self->chance(40))
		{
			$self->add_atomic("$domain\_check", 'boolean', @earlier);
			$self->add("CREATE DOMAIN $domain AS text");
			push @late, "ALTER DOMAIN $domain ADD CHECK ($domain\_check(VALUE)) NOT VALID";
		}
		else { $domain = 'text' }
		my $default = @earlier && $self->chance(40);
		if ($default)
		{
			$self->add_atomic("$table\_default", 'int', @earlier);
			push @late, "ALTER TABLE $table ALTER n SET DEFAULT $table\_default()";
		}
		my $number = $default ? 'n int' : $self->pick('n int DEFAULT 1', 'n serial', 'n int GENERATED BY DEFAULT AS IDENTITY');
		my $shape = @earlier ? $self->pick('plain', 'plain', 'key', 'key', 'child', 'partitioned') : 'plain';
		my $parent = $self->pick(grep { $shape eq 'key' ? $self->{unique}{$_} : !$self->{partitioned}{$_} } @earlier);
		my $key = $shape eq 'key' ? " REFERENCES $parent ON DELETE " . $self->pick('CASCADE', 'SET NULL', 'SET DEFAULT', 'NO ACTION')
			. ' ON UPDATE ' . $self->pick('CASCADE', 'SET NULL', 'SET DEFAULT', 'NO ACTION') : '';
		my $id = $shape eq 'partitioned' ? 'id int' : 'id int UNIQUE';
		if ($shape eq 'child')
		{
			$self->add("CREATE TABLE $table (extra text) INHERITS ($parent)");
		}
		else
		{
			$self->{unique}{$table} = $shape ne 'partitioned';
			$self->add("CREATE TABLE $table ($id, t $domain, $number, refers int DEFAULT 1" . ($key =~ s/ REFERENCES (\S+)/ REFERENCES $1 (id)/r) . ')'
				. ($shape eq 'partitioned' ? ' PARTITION BY LIST (id)' : ''));
		}
		if ($shape eq 'partitioned')
		{
			my $part = $self->any_schema . '.part' . scalar @earlier;
			$self->add("CREATE TABLE $part PARTITION OF $table FOR VALUES IN (1)", "CREATE TABLE $part\_rest PARTITION OF $table DEFAULT");
			$self->{partitioned}{$table} = 1;
			$self->grant_something($part, $name, qw(id t n)) if $self->chance(30);
		}
		$self->{columns}{$table} = [qw(id t n refers)];
		$self->add("INSERT INTO $table (id, t, n, refers) VALUES (1, 'MARKER<$table.t>', 1, NULL)") if $shape ne 'partitioned';
	}
	$self->add(@late);
	return @tables;
}

sub add_mixed_policies
{
	my ($self, $table, @tables) = @_;
	my $name = $self->{name};
	$self->add("ALTER TABLE $table ENABLE ROW LEVEL SECURITY");
	for my $i (1 .. 1 + $self->below(3))
	{
		my $function = $self->any_schema . '.pol' . $table =~ s/.*\.//r . $i;
		my $condition = $self->pick('true', "t IS NOT NULL", "EXISTS (SELECT FROM @{[ $self->pick(@tables) ]} o WHERE o.n IS NOT NULL)", "$function(t)");
		$condition = 'true' if $condition =~ /\Q FROM $table \E/;
		$self->add_atomic($function, 'boolean', grep { $_ ne $table } @tables) if $condition =~ /^\Q$function/;
		my $for = $self->pick('ALL', 'SELECT', 'INSERT', 'UPDATE', 'DELETE');
		$self->add("CREATE POLICY p$i ON $table AS " . $self->pick('PERMISSIVE', 'PERMISSIVE', 'RESTRICTIVE') . " FOR $for TO "
			. $self->pick('PUBLIC', $name, "$name\_deep", "$name\_stranger") . ($for eq 'INSERT' ? ' WITH CHECK' : ' USING') . " ($condition)");
	}
	return;
}

# Views over views, each with an owner and manners of its own; rules and
# triggers on them
sub add_mixed_views
{
	my ($self, @tables) = @_;
	my @below = @tables;
	for my $i (1 .. 2 + $self->below(4))
	{
		my $from = $self->pick(@below);
		my $view = $self->any_schema . ".over$i";
		my $select = $self->pick('SELECT id, t, n FROM %s', 'SELECT id, t, n FROM %s WHERE n IS NOT NULL', 'SELECT t, id, n + 0 AS n FROM %s',
			'SELECT x.id, x.t, y.n FROM %1$s x LEFT JOIN %1$s y USING (id)', 'SELECT max(id) AS id, min(t) AS t, count(*) AS n FROM %s');
		$self->add("CREATE VIEW $view" . $self->pick('', '', ' WITH (security_invoker)', ' WITH (security_barrier)') . ' AS ' . sprintf($select, $from));
		$self->add("ALTER VIEW $view OWNER TO " . $self->somebody) if $self->chance(60);
		push @below, $view;
		$self->{columns}{$view} = [qw(id t n)];
		next if !$self->chance(35);
		my $target = $self->pick(@tables);
		my $event = $self->pick(qw(INSERT UPDATE DELETE));
		my $row = $event eq 'INSERT' ? 'NEW' : 'OLD';
		if ($self->chance(65))
		{
			my $action = $self->pick("INSERT INTO $target (t) VALUES ($row.t)", "UPDATE $target SET t = 'ruled' WHERE id = $row.id", "DELETE FROM $target WHERE id = $row.id");
			$self->add("CREATE RULE ruled AS ON $event TO $view " . $self->pick('', "WHERE $row.n IS NOT NULL ") . 'DO ' . $self->pick('ALSO', 'INSTEAD') . " $action");
		}
		else
		{
			my $function = $self->any_schema . ".instead$i";
			$self->{reacted}{$target} = 1;
			$self->add("CREATE FUNCTION $function() RETURNS trigger LANGUAGE plpgsql AS \$f\$ BEGIN INSERT INTO $target (t) VALUES ('instead'); RETURN $row; END \$f\$",
				"CREATE TRIGGER instead INSTEAD OF $event ON $view FOR EACH ROW EXECUTE FUNCTION $function()");
		}
	}
	return @below[ scalar @tables .. $#below ];
}

sub add_mixtures
{
	my ($self) = @_;
	my $name = $self->{name};

	$self->add("CREATE ROLE $name\_deep " . $self->pick('INHERIT', 'INHERIT', 'NOINHERIT'), "GRANT CREATE ON SCHEMA " . join(', ', $self->schemas) . " TO $name\_deep",
		"GRANT $name\_deep TO " . $self->pick($name, "$name\_group", "$name\_group", "$name\_stranger"));
	$self->add("GRANT USAGE ON SCHEMA $name\_c TO " . $self->pick($name, "$name\_deep", "$name\_stranger", 'PUBLIC')) if $self->chance(70);
	$self->add('ALTER DEFAULT PRIVILEGES GRANT ' . $self->pick('SELECT', 'INSERT') . " ON TABLES TO $name\_deep") if $self->chance(15);
	my @tables = $self->add_mixed_tables;
	$self->add_mixed_policies($_, @tables) for $self->some(30, @tables);
	my @views = $self->add_mixed_views(@tables);
	for my $i (1 .. 2)
	{
		$self->add_atomic($self->any_schema . ".atomic$i", 'text', @tables, grep { !/"/ } @views);
	}
	for my $relation (@tables, @views)
	{
		$self->grant_something($relation, $self->pick(($name) x 4, "$name\_deep", "$name\_group", 'PUBLIC', "$name\_stranger", "$name\_stranger"), qw(id t n)) for 1 .. 1 + $self->below(3);
		$self->add("ALTER TABLE $relation OWNER TO " . $self->somebody) if $self->chance(20);
	}
	return;
}

sub sql
{
	my ($self) = @_;
	my $name = $self->{name};

	my @options = map { "$_ => " . ($self->chance(40) ? 'true' : 'false') } qw(allow_copy allow_explain allow_call information_schema);
	$self->add("SELECT agentsandbox.create_profile('$name', search_path => '$name\_a', " . join(', ', @options) . ')',
		"CREATE ROLE $name\_group " . $self->pick('INHERIT', 'INHERIT', 'NOINHERIT'), "CREATE ROLE $name\_stranger",
		map { "CREATE SCHEMA $_" } $self->schemas);
	$self->add("GRANT $name\_group TO $name") if $self->chance(70);
	$self->add("ALTER DEFAULT PRIVILEGES IN SCHEMA $name\_b GRANT SELECT ON TABLES TO $name") if $self->chance(15);
	$self->add("GRANT CREATE ON SCHEMA $_ TO $name\_stranger, $name\_group, $name") for $self->schemas;
	$self->add('SET client_min_messages = error', 'SET check_function_bodies = off');
	$self->add_types;
	$self->add_tables;
	$self->add_views;
	$self->add_functions;
	$self->add_reactions;
	$self->add_grants;
	$self->add_mixtures;
	$self->add("REVOKE CREATE ON SCHEMA $_ FROM $name") for $self->schemas;
	return join "\n", map { "$_;" } 'BEGIN', @{ $self->{sql} }, 'COMMIT';
}

sub drop
{
	my ($self) = @_;
	my $name = $self->{name};
	return join ' ', 'SET client_min_messages = error;', "DROP OWNED BY $name, $name\_group, $name\_stranger, $name\_deep CASCADE;",
		(map { "DROP SCHEMA $_ CASCADE;" } $self->schemas),
		"SELECT agentsandbox.drop_profile('$name'); DROP ROLE $name\_group, $name\_stranger, $name\_deep;";
}

1;
