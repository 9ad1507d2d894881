import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('editorial', '0006_lines_name_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='correction',
            name='replaced',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_later', to='editorial.revision'),
        ),
        migrations.AddField(
            model_name='correction',
            name='replaced_since',
            field=models.DateTimeField(null=True),
        ),
    ]
